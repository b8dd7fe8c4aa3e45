"""The `ti2v` command: lists the commands of all installed packages and imports only the command that runs.

In the entry-point group `ti2v.commands`, each package registers a mapping from command paths, such as "study
create", to `LazyCommand` objects. Several packages may add commands that begin with the same noun, such as
`study`.
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

from benchmark.cli.problems import examples, print_all

ENTRY_POINT_GROUP = "ti2v.commands"
DISTRIBUTION = "ti2v-bench"
DISK_FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_EXTRA_REQUIREMENT = r"""(?P<package>[\w.-]+).*; extra == ['"](?P<extra>\w+)"""
INTERRUPTED = 130  # the exit code of a program that Ctrl-C ended, as in shells


@dataclass(frozen=True)
class LazyCommand:
    """A `ti2v` command whose code is imported only when the command runs.

    Attributes:
        target: `package.module:name` of a click command.
        help: one sentence that describes the command in the list of commands.
        extra: the name of the optional dependency group ("extra") with the packages that the command needs.
    """

    target: str
    help: str
    extra: str | None = None

    def load(self) -> click.Command:
        """Import the command.

        Raises:
            click.ClickException: a package that the command needs is not installed.
        """
        module, _, name = self.target.partition(":")
        try:
            command: click.Command = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            raise _missing_package_error(error, self.extra) from error
        return command


class _CommandProxy(click.Command):
    """An entry in the list of `ti2v` commands.

    When the user runs the command of this entry, the command's code is imported.
    """

    def __init__(self, name: str, lazy: LazyCommand) -> None:
        super().__init__(name, help=lazy.help)
        self._lazy = lazy

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        return self._lazy.load().make_context(info_name, args, parent, **extra)


def registered_commands() -> dict[str, LazyCommand]:
    """Return all commands of the installed packages, keyed and sorted by path, such as "study create"."""
    commands: dict[str, LazyCommand] = {}
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name):
        for path, command in _commands_of(entry).items():
            if path in commands:
                raise RuntimeError(f"'{path}' is registered by two packages")
            commands[path] = command
    return dict(sorted(commands.items()))


def build_group(commands: Mapping[str, LazyCommand]) -> click.Group:
    """Return the command group `ti2v <noun> <verb>`."""
    group = click.Group(
        "ti2v",
        help="Compare text+image-to-video models with human preference votes.",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    verbs: defaultdict[str, dict[str, LazyCommand]] = defaultdict(dict)
    for path, command in commands.items():
        noun, _, verb = path.partition(" ")
        if verb:
            verbs[noun][verb] = command
        else:
            group.add_command(_CommandProxy(noun, command))
    for noun, members in verbs.items():
        subgroup = click.Group(noun, help=f"{', '.join(members)}.")
        for verb, command in members.items():
            subgroup.add_command(_CommandProxy(verb, command))
        group.add_command(subgroup)
    return click.version_option(version(DISTRIBUTION), prog_name="ti2v")(group)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 for success, 1 for an error, 2 for wrong usage, 130 for Ctrl-C."""
    print_all()
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
        _missing_package_error(error, None).show()
        return 1
    except OSError as error:
        return _report_os_error(error)
    except Exception as error:
        if not has_user_message(error):
            raise
        _print_error(error)
        return 1
    return outcome if isinstance(outcome, int) else 0


def _print_error(error: Exception) -> None:
    """Print an error to stderr, followed by the `problems` of the error."""
    click.echo(f"Error: {error}", err=True)
    for line in examples([str(problem) for problem in getattr(error, "problems", ())]):
        click.echo(f"  {line}", err=True)


def has_user_message(error: Exception) -> bool:
    """Return whether an error's message is written for users.

    The messages of our own error classes, and of every ValueError that our code raises, are written for
    users.
    """
    if _is_ours(type(error).__module__):
        return True
    raised_in = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    return type(error) is ValueError and bool(raised_in) and _is_ours(raised_in[-1])


def _missing_package_error(error: ModuleNotFoundError, extra: str | None) -> click.ClickException:
    """Return an error that names the missing package and the command that installs it.

    Raises:
        ModuleNotFoundError: the missing module belongs to our own packages; this is a bug.
    """
    if error.name is None or _is_ours(error.name):
        raise error
    extra = extra or _extra_with(error.name.partition(".")[0])
    wanted = f"{DISTRIBUTION}[{extra}]" if extra else DISTRIBUTION
    return click.ClickException(
        f"This command needs the package {error.name}, which is not installed. "
        f"Install it with: pip install '{wanted}'"
    )


def _extra_with(package: str) -> str | None:
    """Return the optional extra that installs a package; None if no extra installs it.

    The extra `dev` is returned only if no other extra installs the package.
    """
    found = [re.match(_EXTRA_REQUIREMENT, requirement) for requirement in requires(DISTRIBUTION) or ()]
    extras = {match["extra"] for match in found if match and match["package"] == package}
    return min(extras, key=lambda extra: (extra == "dev", extra), default=None)


def _commands_of(entry: EntryPoint) -> Mapping[str, LazyCommand]:
    commands: Mapping[str, LazyCommand] = entry.load()
    return commands


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in {"app", "benchmark", "models"}


def _report_os_error(error: OSError) -> int:
    if error.errno == errno.EPIPE:
        # The program that reads the output, such as `head`, has closed the pipe. Discard the buffered output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    if has_user_message(error):
        _print_error(error)
    elif error.filename is not None:
        click.echo(f"Error: {error.filename}: {error.strerror}.", err=True)
    elif error.errno in DISK_FULL_ERRNOS:
        click.echo(f"Error: {error.strerror}. Free disk space, then run the same command again.", err=True)
    else:
        raise error
    return 1
