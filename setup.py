"""Puts the files that `footnote init` copies into the wheel; the repository keeps one copy of each."""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

STARTER = (".env.example", "corpus/handbook/adding-articles.md")
"""Paths in the repository; in the wheel they are the same below `index/cli/starter/`."""


class BuildWithStarter(build_py):
    """Copies the starter files beside the module that reads them."""

    def run(self) -> None:
        """Copy modules, package data and, unless the installation is editable, the starter files."""
        super().run()
        if self.editable_mode:  # then they are read from the repository
            return
        for name, target in self._starter().items():
            self.mkpath(str(Path(target).parent))
            self.copy_file(name, target)

    def get_source_files(self) -> list[str]:
        """What a source distribution has to hold."""
        return [*super().get_source_files(), *STARTER]

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """What `run` writes."""
        starter = [] if self.editable_mode else self._starter().values()
        return [*super().get_outputs(include_bytecode), *starter]

    def _starter(self) -> dict[str, str]:
        folder = Path(self.build_lib, "index", "cli", "starter")
        return {name: str(folder / name) for name in STARTER}


setup(cmdclass={"build_py": BuildWithStarter})
