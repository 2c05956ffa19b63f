"""What the operating system's refusals mean for a delivery."""

import errno

from channels.errors import DeliveryError, Fault, PermanentDeliveryError, TransientDeliveryError

_FULL = {
    errno.ENOSPC: "the disk is full.",
    errno.EDQUOT: "the disk quota is used up.",
    errno.EFBIG: "the file is over the limit.",
}
_FORBIDDEN = {
    errno.EACCES: "this account may not write there.",
    errno.EPERM: "this account may not write there.",
    errno.EROFS: "the file system is read-only.",
    errno.ENOTDIR: "a part of the path is a file, not a folder.",
    errno.EEXIST: "a file stands where the folder should be.",
    errno.ENAMETOOLONG: "the path is too long for the file system.",
}


def delivery_error(delivery_key: str, error: OSError) -> DeliveryError:
    """Return the delivery error of *error*: permanent where only a person can help, else transient."""
    where = f"could not write {error.filename2 or error.filename or 'the file'}:"
    code = error.errno or 0
    if code in _FORBIDDEN:
        remedy = "Choose another folder or correct its permissions, then send again."
        return PermanentDeliveryError(delivery_key, f"{where} {_FORBIDDEN[code]}", remedy, fault=Fault.transport)
    if code in _FULL:
        return TransientDeliveryError(
            delivery_key, f"{where} {_FULL[code]}", "Make room; it is tried again.", fault=Fault.transport
        )
    return TransientDeliveryError(
        delivery_key, f"{where} {error.strerror or error}.", "It is tried again.", fault=Fault.transport
    )
