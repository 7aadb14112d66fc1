"""moto's KMS over HTTP, with two things that it has not: digests that are signed as they are, and
keys of Ed25519. Takes a port. Prints a line once it can be asked.

Each line that it reads, of a key's spec and a secret in hex, brings a key. Prints its id."""

import base64
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import JsonRESTError
from moto.kms import models, responses, utils
from moto.server import ThreadedMotoServer

EDWARDS = "ECC_NIST_EDWARDS25519"
EDDSA = "ED25519_SHA_512"
# Where keys are brought to.
REGION = "eu-central-1"
# The longest message of an API call; a digest is of the hash's own length.
LONGEST = 4096


class EdwardsKey(utils.AbstractPrivateKey):
    def __init__(self):
        self.secret = ed25519.Ed25519PrivateKey.generate()

    def sign(self, message, signing_algorithm):
        return self.secret.sign(message)

    def verify(self, message, signature, signing_algorithm):
        raise NotImplementedError

    def public_key(self):
        return self.secret.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )


def refuse(condition, text):
    if condition:
        raise JsonRESTError("ValidationException", text)


def sign(self):
    """Answers Sign by the API's own rules for the types of message."""
    key = self.kms_backend.describe_key(self._get_param("KeyId"))
    algorithm = self._get_param("SigningAlgorithm")
    kind = self._get_param("MessageType") or "RAW"
    message = base64.b64decode(self.parameters_message())
    refuse(key.key_usage != "SIGN_VERIFY", "the key does not sign")
    refuse(algorithm not in key.signing_algorithms, "the key does not sign by " + algorithm)
    refuse(not 1 <= len(message) <= LONGEST, "the message is too short or too long")
    if key.key_spec == EDWARDS:
        refuse(kind != "RAW", "Ed25519 signs messages as they are")
        signature = key.private_key.sign(message, algorithm)
    else:
        refuse(key.key_spec != "ECC_SECG_P256K1", "not for these tests")
        digest = hashes.SHA256()
        refuse(kind == "DIGEST" and len(message) != digest.digest_size, "no digest of the hash")
        how = ec.ECDSA(Prehashed(digest) if kind == "DIGEST" else digest)
        signature = key.private_key.private_key.sign(message, how)
    answer = {
        "KeyId": key.arn,
        "Signature": base64.b64encode(signature).decode(),
        "SigningAlgorithm": algorithm,
    }
    return responses.json.dumps(answer)


def parameters_message(self):
    """Returns the message in base64, as it was sent: moto decodes some members on its own."""
    return responses.json.loads(self.body)["Message"]


def extend():
    responses.KmsResponse.sign = sign
    responses.KmsResponse.parameters_message = parameters_message
    specs = utils.KeySpec.key_specs.__func__
    utils.KeySpec.key_specs = classmethod(lambda kind: sorted([*specs(kind), EDWARDS]))
    generate = models.generate_private_key
    models.generate_private_key = lambda spec: EdwardsKey() if spec == EDWARDS else generate(spec)
    algorithms = models.Key.signing_algorithms.fget
    models.Key.signing_algorithms = property(
        lambda key: [EDDSA] if key.key_spec == EDWARDS else algorithms(key)
    )


def bring(spec, secret):
    backend = models.kms_backends[DEFAULT_ACCOUNT_ID][REGION]
    key = backend.create_key(None, "SIGN_VERIFY", spec, "brought", None)
    secret = bytes.fromhex(secret)
    if spec == EDWARDS:
        key.private_key.secret = ed25519.Ed25519PrivateKey.from_private_bytes(secret)
    else:
        number = int.from_bytes(secret, "big")
        key.private_key.private_key = ec.derive_private_key(number, ec.SECP256K1())
    return key.id


if __name__ == "__main__":
    extend()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=int(sys.argv[1]))
    server.start()
    print("listening on", server.get_host_and_port()[1], flush=True)
    # It ends with the pipe of whoever started it.
    for line in sys.stdin:
        print("key", bring(*line.split()), flush=True)
    server.stop()
