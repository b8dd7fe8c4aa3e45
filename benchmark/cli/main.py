"""The `ti2v` command: gathers what the installed packages register, and loads a command only to run it.

Under the entry-point group `ti2v.commands` each package names a mapping from a path such as "study create" to
a `LazyCommand`. Several packages may add verbs to one noun.
"""

import errno
import importlib
import os
import re
import sys
import traceback
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points, requires, version

import click

ENTRY_POINT_GROUP = "ti2v.commands"
DISTRIBUTION = "ti2v-bench"
DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OF_EXTRA = r"""(?P<package>[\w.-]+).*; extra == ['"](?P<extra>\w+)"""
INTERRUPTED = 130  # what shells report for a program ended by Ctrl-C


@dataclass(frozen=True)
class LazyCommand:
    """A command that is imported when it runs.

    Attributes:
        target: `package.module:name` of a click command.
        help: one sentence for the list of commands.
        extra: the extra of this distribution that brings what the command needs beyond the web part.
    """

    target: str
    help: str
    extra: str | None = None

    def load(self) -> click.Command:
        """Import the command.

        Raises:
            click.ClickException: something it needs is not installed.
        """
        module, _, name = self.target.partition(":")
        try:
            command: click.Command = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            raise not_installed(error, self.extra) from error
        return command


class _Deferred(click.Command):
    """Stands in the lists for a command that has not been imported."""

    def __init__(self, name: str, lazy: LazyCommand) -> None:
        super().__init__(name, help=lazy.help)
        self._lazy = lazy

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        return self._lazy.load().make_context(info_name, args, parent, **extra)


def registered_commands() -> dict[str, LazyCommand]:
    """Return all commands of the installed packages by their path, in alphabetical order."""
    commands: dict[str, LazyCommand] = {}
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name):
        for path, command in _commands_of(entry).items():
            if path in commands:
                raise RuntimeError(f"'{path}' is registered by two packages")
            commands[path] = command
    return dict(sorted(commands.items()))


def build_group(commands: Mapping[str, LazyCommand]) -> click.Group:
    """Arrange commands by noun and verb."""
    group = click.Group(
        "ti2v",
        help="Find out, with people, which model animates an image best.",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    verbs: defaultdict[str, dict[str, LazyCommand]] = defaultdict(dict)
    for path, command in commands.items():
        noun, _, verb = path.partition(" ")
        if verb:
            verbs[noun][verb] = command
        else:
            group.add_command(_Deferred(noun, command))
    for noun, members in verbs.items():
        subgroup = click.Group(noun, help=f"{', '.join(members)}.")
        for verb, command in members.items():
            subgroup.add_command(_Deferred(verb, command))
        group.add_command(subgroup)
    return click.version_option(version(DISTRIBUTION), prog_name="ti2v")(group)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 1 for a refusal, 2 for wrong usage, 130 for Ctrl-C."""
    try:
        group = build_group(registered_commands())
        outcome = group.main(arguments, prog_name="ti2v", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except ModuleNotFoundError as error:
        not_installed(error, None).show()
        return 1
    except OSError as error:
        return _report_os_error(error)
    except Exception as error:
        if not is_for_people(error):
            raise
        say_refusal(error)
        return 1
    return outcome if isinstance(outcome, int) else 0


def say_refusal(error: Exception) -> None:
    """Print a refusal and, one a line, the `problems` that some carry."""
    click.echo(f"Error: {error}", err=True)
    for problem in getattr(error, "problems", ()):
        click.echo(f"  {problem}", err=True)


def is_for_people(error: Exception) -> bool:
    """Say whether the message is a sentence: an error of a class of ours, or a ValueError our code raised."""
    if _is_ours(type(error).__module__):
        return True
    raised_in = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    return type(error) is ValueError and bool(raised_in) and _is_ours(raised_in[-1])


def not_installed(error: ModuleNotFoundError, extra: str | None) -> click.ClickException:
    """Return the sentence for a missing package; a missing module of our own is a fault and is raised."""
    if error.name is None or _is_ours(error.name):
        raise error
    extra = extra or _extra_with(error.name.partition(".")[0])
    wanted = f"{DISTRIBUTION}[{extra}]" if extra else DISTRIBUTION
    return click.ClickException(
        f"This needs the package {error.name}, which is not installed; get it with: pip install '{wanted}'"
    )


def _extra_with(package: str) -> str | None:
    """Return the extra that brings a package, the one for developers last; None where none does."""
    found = [re.match(_OF_EXTRA, requirement) for requirement in requires(DISTRIBUTION) or ()]
    extras = {match["extra"] for match in found if match and match["package"] == package}
    return min(extras, key=lambda extra: (extra == "dev", extra), default=None)


def _commands_of(entry: EntryPoint) -> Mapping[str, LazyCommand]:
    commands: Mapping[str, LazyCommand] = entry.load()
    return commands


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in {"app", "benchmark", "models"}


def _report_os_error(error: OSError) -> int:
    if error.errno == errno.EPIPE:
        # Whoever read our output has left, `| head` for one. What is still buffered must go nowhere at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    if is_for_people(error):
        say_refusal(error)
    elif error.filename is not None:
        click.echo(f"Error: {error.filename}: {error.strerror}.", err=True)
    elif error.errno in DISK_IS_FULL:
        click.echo(f"Error: {error.strerror}. Make room, then run the same command again.", err=True)
    else:
        raise error
    return 1
