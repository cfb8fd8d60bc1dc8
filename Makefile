# `make run` and `make test` install what they need. The README has the same commands without make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EVAL ?= ../shared/eval

.PHONY: run test fuzz lint fix typecheck docs picture settings bench words lock clean
.DEFAULT_GOAL := run

# The stamps record what is installed, so that nothing is installed twice.
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

# Each fuzzer for SECONDS, with new inputs every time.
SECONDS ?= 60
fuzz: $(VENV)/.developing
	FUZZ_SECONDS=$(SECONDS) $(BIN)/python -m pytest tests/fuzz -p no:cacheprovider --timeout=0

lint: $(VENV)/.developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: $(VENV)/.developing
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

typecheck: $(VENV)/.developing
	$(BIN)/mypy

# The documentation, as a site in site/. It fails on broken links.
docs: $(VENV)/.developing
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build

# The pictures in the README. Needs Chromium and pngquant.
picture: $(VENV)/.developing
	$(BIN)/python -m docs.tools.picture

# .env.example, from the fields of the settings classes.
settings: $(VENV)/.installed
	$(BIN)/python -m docs.tools.settings

bench: $(VENV)/.developing
	$(BIN)/python -m benchmarks.quality $(EVAL)
	$(BIN)/python -m benchmarks.typos $(EVAL)
	$(BIN)/python -m benchmarks.speed $(EVAL)
	$(BIN)/python -m benchmarks.crowd

# Update the catalogues of translations from the code; see docs/translating.md.
words: $(VENV)/.installed
	$(BIN)/pybabel extract --no-default-keywords -k gettext:1 -k ngettext:1,2 -k gettext_noop:1 -k phrase:1 \
		--no-wrap --sort-by-file --add-location file -o messages.pot bot
	$(BIN)/pybabel update -D footnote -i messages.pot -d bot/locale --no-wrap --ignore-pot-creation-date

# requirements.lock, without torch and the packages that only its CUDA build needs. Needs uv.
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
	rm -rf $(VENV) site .mypy_cache .pytest_cache .ruff_cache .coverage .coverage.*
