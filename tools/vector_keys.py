"""The keys of all packets that are published as vectors; everybody may know them."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from turna_protocol import keys

MASTER = bytes(range(32))
HARDWARE_ID = b"board7"
DEVICE = 7
GENERATION = 1
GATEWAY = 3

LINKS = keys.link_branch(MASTER)
ENDS = keys.authentication_branch(MASTER)
LINK = keys.link_key(LINKS, HARDWARE_ID, DEVICE, GENERATION)
END = keys.authentication_key(ENDS, HARDWARE_ID, DEVICE, GENERATION)
ALL = keys.broadcast_key(LINKS)
SIGNING = Ed25519PrivateKey.from_private_bytes(keys.signing_seed(ENDS))
PUBLIC = SIGNING.public_key().public_bytes_raw()
