"""What the vectors need of cryptography, by the documents alone: RFC 8032, Keccak, base58, BIP 350."""

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def root_of(value):
    """A square root, or None."""
    root = pow(value, (P + 3) // 8, P)
    for candidate in (root, root * pow(2, (P - 1) // 4, P) % P):
        if (candidate * candidate - value) % P == 0:
            return candidate
    return None


def x_of(y):
    """The even x of a point, or None where there is no such point."""
    return even(root_of((y * y - 1) * pow(D * y * y + 1, P - 2, P) % P))


def even(x):
    return x if x is None or x % 2 == 0 else P - x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (x_of(BASE_Y), BASE_Y, 1, x_of(BASE_Y) * BASE_Y % P)


def add(first, second):
    a = (first[1] - first[0]) * (second[1] - second[0]) % P
    b = (first[1] + first[0]) * (second[1] + second[0]) % P
    c = 2 * first[3] * second[3] * D % P
    d = 2 * first[2] * second[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar, point=BASE):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def compress(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def is_on_curve(data):
    y = int.from_bytes(data, "little") & (2**255 - 1)
    return y < P and x_of(y) is not None


class Ed25519Key:
    """A key whose secret is the hash of a label that anybody can read."""

    def __init__(self, label):
        digest = hashlib.sha512(hashlib.sha256(label.encode()).digest()).digest()
        scalar = int.from_bytes(digest[:32], "little")
        self.scalar = scalar & (2**254 - 8) | 2**254
        self.prefix = digest[32:]
        self.public = compress(times(self.scalar))

    def text(self):
        return "ed25519:" + base58(self.public)

    def sign(self, message):
        read = lambda *parts: int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")
        nonce = read(self.prefix, message) % ORDER
        point = compress(times(nonce))
        scalar = (nonce + read(point, self.public, message) * self.scalar) % ORDER
        return point + scalar.to_bytes(32, "little")


ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def unbase58(text, length=32):
    number = 0
    for letter in text:
        number = number * 58 + ALPHABET.index(letter)
    return number.to_bytes(length, "big")


def keccak256(data):
    """Keccak as Ethereum uses it: with the padding from before SHA-3."""
    mask, rate = 2**64 - 1, 136
    turn = lambda word, by: (word << by | word >> (64 - by)) & mask if by else word
    data = bytearray(data) + b"\x01" + b"\0" * (-(len(data) + 1) % rate)
    data[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(data), rate):
        for lane in range(rate // 8):
            word = int.from_bytes(data[start + 8 * lane : start + 8 * lane + 8], "little")
            lanes[lane % 5][lane // 5] ^= word
        register = 1
        for _ in range(24):
            sums = [a ^ b ^ c ^ d ^ e for a, b, c, d, e in lanes]
            sums = [sums[(x - 1) % 5] ^ turn(sums[(x + 1) % 5], 1) for x in range(5)]
            lanes = [[lane ^ sums[x] for lane in lanes[x]] for x in range(5)]
            x, y, current = 1, 0, lanes[1][0]
            for step in range(24):
                x, y = y, (2 * x + 3 * y) % 5
                current, lanes[x][y] = lanes[x][y], turn(current, (step + 1) * (step + 2) // 2 % 64)
            for y in range(5):
                row = [lanes[x][y] for x in range(5)]
                for x in range(5):
                    lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5] & mask)
            for bit in range(7):
                register = (register << 1 ^ (register >> 7) * 0x171) % 256
                if register & 2:
                    lanes[0][0] ^= 1 << ((1 << bit) - 1)
    return b"".join(lanes[lane % 5][lane // 5].to_bytes(8, "little") for lane in range(4))


def bech32(prefix, version, program):
    """A segwit address."""
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    bits = "".join(f"{byte:08b}" for byte in program)
    bits += "0" * (-len(bits) % 5)
    words = [version] + [int(bits[at : at + 5], 2) for at in range(0, len(bits), 5)]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = 1
    for word in expanded + words + [0] * 6:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ word
        generators = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
        for bit, generator in enumerate(generators):
            check ^= generator if top >> bit & 1 else 0
    check ^= 0x2BC830A3 if version else 1
    words += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return prefix + "1" + "".join(letters[word] for word in words)
