"""What can go wrong in the application, and the exit code of each kind.

DistributorError                 1
├── UsageError                   2   the command line names something that does not exist
├── CatalogueError               3   one or more faults in report specs (all of them, each with its place)
├── SettingsError                3   config.toml
├── SourceError                  1   a source cannot be read, or refuses a statement
├── GateError                    1   a gate failed: the run is held
├── GuardError                   1   a pack held something that is not its branch's
└── RunError                     1   a run cannot start or go on
"""


class DistributorError(Exception):
    """Base of all errors of the application."""

    exit_code = 1


class UsageError(DistributorError):
    exit_code = 2


class SettingsError(DistributorError):
    exit_code = 3


class SourceError(DistributorError):
    pass


class RunError(DistributorError):
    pass
