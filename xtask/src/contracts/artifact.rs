//! What is committed of a compiled contract.

use serde_json::{Value, json};

use super::error::ContractsError;

/// A contract's interface and creation code.
pub(super) struct Artifact {
    /// The contract's name.
    pub(super) name: String,
    abi: Value,
    bytecode: String,
}

impl Artifact {
    /// Takes one contract out of the compiler's standard output.
    ///
    /// # Errors
    ///
    /// Returns [`ContractsError::Output`] if the contract or a member of it is missing.
    pub(super) fn from_output(output: &Value, name: &str) -> Result<Self, ContractsError> {
        let missing = || ContractsError::Output { contract: name.to_owned() };
        let file = format!("{name}.sol");
        let contract = output.pointer(&format!("/contracts/{file}/{name}")).ok_or_else(missing)?;
        let abi = contract.get("abi").ok_or_else(missing)?.clone();
        let code = contract.pointer("/evm/bytecode/object").and_then(Value::as_str);
        let code = code.filter(|code| hex::decode(code).is_ok_and(|bytes| !bytes.is_empty()));
        let bytecode = format!("0x{}", code.ok_or_else(missing)?);
        Ok(Self { name: name.to_owned(), abi, bytecode })
    }

    /// Returns the text of the committed file.
    pub(super) fn text(&self) -> String {
        let artifact =
            json!({ "contractName": self.name, "abi": self.abi, "bytecode": self.bytecode });
        format!("{artifact:#}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_an_output_without_code() {
        let output = json!({ "contracts": { "A.sol": { "A": {
            "abi": [], "evm": { "bytecode": { "object": "" } }
        } } } });
        assert!(Artifact::from_output(&output, "A").is_err());
        assert!(Artifact::from_output(&output, "B").is_err());
    }
}
