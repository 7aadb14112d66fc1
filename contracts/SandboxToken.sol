// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A plain ERC-20 for the sandbox
/// @notice Whoever deploys it may mint. It has no owner change, no pause, no fee and no hook: a
/// balance moves by `transfer` and `transferFrom`, and by nothing else.
contract SandboxToken {
    /// @notice The human name of the token.
    string public name;
    /// @notice The short name of the token.
    string public symbol;
    /// @notice How many digits of an amount stand after the decimal point.
    uint8 public immutable decimals;
    /// @notice The only account that may mint.
    address public immutable minter;
    /// @notice The sum of all balances.
    uint256 public totalSupply;
    /// @notice What each account holds.
    mapping(address account => uint256 amount) public balanceOf;
    /// @notice What each owner lets each spender move.
    mapping(address owner => mapping(address spender => uint256 amount)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error NotMinter(address caller);
    error InsufficientBalance(address account, uint256 held, uint256 needed);
    error InsufficientAllowance(address spender, uint256 allowed, uint256 needed);
    error ZeroRecipient();

    constructor(string memory name_, string memory symbol_, uint8 decimals_) {
        name = name_;
        symbol = symbol_;
        decimals = decimals_;
        minter = msg.sender;
    }

    /// @notice Makes `amount` new base units for `to`.
    function mint(address to, uint256 amount) external {
        if (msg.sender != minter) revert NotMinter(msg.sender);
        if (to == address(0)) revert ZeroRecipient();
        totalSupply += amount;
        balanceOf[to] += amount;
        emit Transfer(address(0), to, amount);
    }

    /// @notice Lets `spender` move up to `amount` of the caller's tokens.
    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    /// @notice Moves the caller's tokens.
    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    /// @notice Moves tokens of `from` that it lets the caller move.
    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < amount) revert InsufficientAllowance(msg.sender, allowed, amount);
        // The greatest allowance stands for "any amount" and is never used up.
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - amount;
        _move(from, to, amount);
        return true;
    }

    function _move(address from, address to, uint256 amount) private {
        if (to == address(0)) revert ZeroRecipient();
        uint256 held = balanceOf[from];
        if (held < amount) revert InsufficientBalance(from, held, amount);
        balanceOf[from] = held - amount;
        balanceOf[to] += amount;
        emit Transfer(from, to, amount);
    }
}
