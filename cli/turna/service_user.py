"""Looks at files as the service will: root may read what the service may not."""

import grp
import os
import pwd

# As in deploy/systemd/turna-gateway.service.
NAME, GROUPS = "turna", ("dialout",)


def become(name: str = NAME) -> None:
    """Be this user until the process ends; whoever is not root, or has no such user, stays."""
    if os.geteuid() != 0:
        return
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        return
    groups = [group.gr_gid for group in grp.getgrall() if group.gr_name in GROUPS]
    os.setgroups([user.pw_gid, *groups])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
