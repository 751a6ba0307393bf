"""Every bound of the protocol, each with its reason. Numbers only, no code."""

HELLO_BYTES = 12
"""Version 1, suite 1, box id 8, key generation 2."""

PUBLIC_KEY_BYTES = 32
TAG_BYTES = 8
"""AES-CCM-8: one frame in 2^64 is forged by luck, and the first bad one closes the connection."""

HANDSHAKE_BYTES = PUBLIC_KEY_BYTES + TAG_BYTES
"""Either Noise message: one ephemeral key and the tag of an empty payload."""

FIRST_FRAME_BYTES = HELLO_BYTES + HANDSHAKE_BYTES
"""All that a stranger can make us buffer."""

MAX_FRAME_BYTES = 1024
"""Payload of one frame. With its 2-byte length it fits one modem send (1460 bytes) and one TCP
segment, and sealing it on the box takes about four such buffers of its heap."""

MIN_SEALED_BYTES = TAG_BYTES + 1
"""A sealed frame holds at least a message type."""

MAX_MESSAGE_BYTES = MAX_FRAME_BYTES - TAG_BYTES
"""Type and body of the largest message."""

MAX_TEXT_BYTES = 16
"""Texts are firmware versions, in UTF-8: `2026.11.22-rc1` fits."""

MAX_RECORDS_BYTES = MAX_MESSAGE_BYTES - 12
"""What the encoded records of one Records message may take: type 1, epoch 2, first_seq 4, chain 4,
count 1 come off. To stay within 20 ms a call, the box sends at most 40 records at once (28,000
instructions to encode one)."""

MAX_SEQ = 0xFFFFFFFF
"""Of a record in its epoch: 4 bytes name it; one a second takes 136 years to get there."""

MAX_COUNTER_STEP = 256
"""How far an epoch or a key generation may be ahead of what the other side knows: one a week and a
copy of the database of five years before. What is further ahead would use the counter up."""

MAX_COMMAND_STEP = 1 << 24
"""How far a command's id may be ahead of the time: ids are times, and one more where several are
asked in a second. Half a year of a wrong clock."""

LEARN_VALID_S = 5 * 60
"""How long a box waits for the card it is to learn: who asked stands at the car with it. A card
that comes later is a stranger's."""

MAX_GRANTS = 1024
"""Of a set: 500 badges, the bookings of a week and what else there is to say. 22 KiB, of which the
box has up to four copies while it writes a new set."""

GRANTS_VALID_S = 7 * 24 * 3600
"""From the issue of a set to its expiry: without the server for so long, a box asks for it."""

MAX_CARD_KEYS = 512
"""Of a set: as many as badges. 12 KiB."""

MAX_ITEMS_PER_PART = 12
"""Of grants or of card keys; 45 or 41 would fit a frame. A box whose heap is in use has few holes
of a kilobyte, and opening a frame takes several of its length. Of 24 the box took 1.3 million
instructions with opening the frame, 5 to 18 ms on an ESP32 at 240 MHz that does 1 to 0.3 a cycle;
a call may take 20 ms."""

SET_HASH_BYTES = 8
"""Of a SHA-256: names a set among those of one server, which nobody tries to make collide."""

MAX_OUTGOING_BYTES = 8 * (2 + MAX_FRAME_BYTES)
"""What may wait for `bytes_to_send()`: a peer that does not read costs 8 KiB and no more."""

OVERHEAD_BYTES = 2 + TAG_BYTES
"""What a frame adds to type and body."""

MAX_EARLY_BYTES = 2 + MAX_FRAME_BYTES
"""What may arrive while X25519 runs. An honest peer waits for the answer and sends nothing."""

HANDSHAKE_TIMEOUT_MS = 10_000
"""Two X25519 on the box (1 s each at worst) and two slow LTE round trips, twice over."""

REKEY_FRAMES = 1 << 20
"""Frames in either direction before RekeyDue: keeps the odds of a forged 8-byte tag and of AES
block collisions negligible. A box that sends one frame a second gets there in 12 days."""

REKEY_AGE_MS = 24 * 3600 * 1000
"""Age before RekeyDue: keys that a thief of memory finds open one day of traffic at most."""
