"""The web application: health of the service, and what readers and mail servers are told and tell."""

from distributor.portal.app import Served, make_portal
from distributor.portal.server import serve_portal

__all__ = ["Served", "make_portal", "serve_portal"]
