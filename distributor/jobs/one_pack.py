"""One branch's pack, computed and guarded, before anything of it is drawn."""

from distributor.packs.assemble import Edition, assemble_pack
from distributor.packs.guard import guard_pack
from recipients.branches import Branch
from renderers.pack import Pack


def assembled(edition: Edition, branch: Branch, language: str) -> Pack:
    """Compute a pack and guard it.

    Raises:
        GuardError: Something in it is not the branch's.
    """
    pack = assemble_pack(edition, branch, language)
    guard_pack(pack, edition.head.tree, on=edition.head.scope.period.window.last_on)
    return pack
