// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title The part of an ERC-20 that the escrow calls
interface IToken {
    function transfer(address to, uint256 amount) external returns (bool);
}

/// @title The part of Permit2's SignatureTransfer that the escrow calls
interface IPermit2 {
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    struct PermitTransferFrom {
        TokenPermissions permitted;
        uint256 nonce;
        uint256 deadline;
    }

    struct SignatureTransferDetails {
        address to;
        uint256 requestedAmount;
    }

    function permitWitnessTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external;
}

/// @title A hash time-locked escrow over Permit2, for the sandbox
/// @notice Pulls an owner's tokens by a signature that also covers who may claim them, by which
/// secret and until when. It holds no key and trusts no caller: the signature is the permission.
contract SandboxEscrow {
    /// @notice What the owner signs beside the transfer itself.
    struct DepositWitness {
        address resolverDepositAddress;
        bytes32 secretHash;
        uint256 deadline;
    }

    /// @notice Tokens that wait for the secret or for the deadline.
    struct Deposit {
        address owner;
        address token;
        uint256 amount;
        address resolver;
        uint256 deadline;
    }

    string private constant WITNESS_TYPE_STRING =
        "DepositWitness witness)"
        "DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)"
        "TokenPermissions(address token,uint256 amount)";
    bytes32 private constant WITNESS_TYPEHASH =
        keccak256("DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)");

    /// @notice The Permit2 that moves the owners' tokens.
    IPermit2 public immutable permit2;
    /// @notice What lies under each secret hash.
    mapping(bytes32 secretHash => Deposit) public deposits;
    /// @notice The secret hashes that were used once: no second deposit may be claimed by a known secret.
    mapping(bytes32 secretHash => bool) public used;

    event Deposited(bytes32 indexed secretHash, address indexed owner, address token, uint256 amount);
    event Claimed(bytes32 indexed secretHash, address indexed resolver, bytes32 preimage, uint256 amount);
    event Refunded(bytes32 indexed secretHash, address indexed owner, uint256 amount);

    error Taken(bytes32 secretHash);
    error WitnessExpired(uint256 deadline);
    error UnknownSecret(bytes32 secretHash);
    error NothingHeld(bytes32 secretHash);
    error ClaimTooLate(uint256 deadline);
    error RefundTooEarly(uint256 deadline);
    error TokenRefused(address token);

    constructor(IPermit2 permit2_) {
        permit2 = permit2_;
    }

    /// @notice Pulls the permitted tokens of `owner` and holds them under the witness's secret hash.
    /// @dev The witness hash is computed here from the values that the escrow then enforces, so a
    /// signature over other values doesn't verify.
    function deposit(
        IPermit2.PermitTransferFrom calldata permit,
        address owner,
        DepositWitness calldata witness,
        bytes calldata signature
    ) external {
        if (used[witness.secretHash]) revert Taken(witness.secretHash);
        used[witness.secretHash] = true;
        deposits[witness.secretHash] = Deposit({
            owner: owner,
            token: permit.permitted.token,
            amount: permit.permitted.amount,
            resolver: witness.resolverDepositAddress,
            deadline: witness.deadline
        });
        permit2.permitWitnessTransferFrom(
            permit,
            IPermit2.SignatureTransferDetails({to: address(this), requestedAmount: permit.permitted.amount}),
            owner,
            hashWitness(witness),
            WITNESS_TYPE_STRING,
            signature
        );
        // After Permit2's own checks, so that an expired permit fails with its error.
        if (block.timestamp > witness.deadline) revert WitnessExpired(witness.deadline);
        emit Deposited(witness.secretHash, owner, permit.permitted.token, permit.permitted.amount);
    }

    /// @notice Pays a deposit to its resolver, whoever calls, when `preimage` is the secret.
    function claim(bytes32 preimage) external {
        bytes32 secretHash = sha256(abi.encodePacked(preimage));
        Deposit memory held = deposits[secretHash];
        if (held.owner == address(0)) revert UnknownSecret(secretHash);
        if (block.timestamp > held.deadline) revert ClaimTooLate(held.deadline);
        delete deposits[secretHash];
        _pay(held.token, held.resolver, held.amount);
        emit Claimed(secretHash, held.resolver, preimage, held.amount);
    }

    /// @notice Pays a deposit back to its owner, whoever calls, once the deadline has passed.
    function refund(bytes32 secretHash) external {
        Deposit memory held = deposits[secretHash];
        if (held.owner == address(0)) revert NothingHeld(secretHash);
        if (block.timestamp <= held.deadline) revert RefundTooEarly(held.deadline);
        delete deposits[secretHash];
        _pay(held.token, held.owner, held.amount);
        emit Refunded(secretHash, held.owner, held.amount);
    }

    /// @notice Computes the EIP-712 hash of a witness.
    function hashWitness(DepositWitness calldata witness) public pure returns (bytes32) {
        return keccak256(
            abi.encode(WITNESS_TYPEHASH, witness.resolverDepositAddress, witness.secretHash, witness.deadline)
        );
    }

    function _pay(address token, address to, uint256 amount) private {
        if (!IToken(token).transfer(to, amount)) revert TokenRefused(token);
    }
}
