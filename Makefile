# `make run` and `make test` each make what they need, from nothing. The README has the plain commands.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EVAL ?= ../shared/eval

.PHONY: run test lint fix typecheck bench words lock clean
.DEFAULT_GOAL := run

# Each stamp is newer than the files that say what is installed, so that nothing is installed twice.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Footnote needs Python 3.11 or newer; name one as in: make run PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt -e .
	touch $@

$(VENV)/.developing: $(VENV)/.installed
	$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt -e '.[dev]'
	touch $@

run: $(VENV)/.installed
	-@$(BIN)/python -m index rebuild
	@$(BIN)/python -m bot

test: $(VENV)/.developing
	$(BIN)/python -m pytest --cov --cov-report=term

lint: $(VENV)/.developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: $(VENV)/.developing
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

typecheck: $(VENV)/.developing
	$(BIN)/mypy

bench: $(VENV)/.developing
	$(BIN)/python -m benchmarks.quality $(EVAL)
	$(BIN)/python -m benchmarks.typos $(EVAL)
	$(BIN)/python -m benchmarks.speed $(EVAL)
	$(BIN)/python -m benchmarks.crowd

# What the code says, for translators: docs/translating.md
words: $(VENV)/.installed
	$(BIN)/pybabel extract --no-default-keywords -k gettext:1 -k ngettext:1,2 -k gettext_noop:1 -k phrase:1 -k phrase_counted:1,2 \
		--ignore-dirs cli --no-wrap --sort-by-file --add-location file -o messages.pot bot index
	$(BIN)/pybabel update -D footnote -i messages.pot -d bot/locale --no-wrap --ignore-pot-creation-date

# Needs uv. torch is left out, with what only its CUDA build needs.
CUDA := $(addprefix --no-emit-package ,torch triton cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas \
	nvidia-cuda-cupti nvidia-cuda-nvrtc nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile \
	nvidia-curand nvidia-cusolver nvidia-cusparse nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink \
	nvidia-nvshmem-cu13 nvidia-nvtx)
lock:
	sed -n '/^#/p' requirements.lock > requirements.lock.new
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate $(CUDA) \
		-c constraints.txt pyproject.toml >> requirements.lock.new
	mv requirements.lock.new requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .coverage .coverage.*
