//! Enumerations that the API may extend at any time.

/// Makes an enumeration of words, with a variant for each word that this version doesn't know.
macro_rules! open_enum {
    (
        $(#[$doc:meta])*
        pub enum $name:ident ($expected:literal) {
            $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A word that this version doesn't know.
            Unknown(String),
        }

        impl $name {
            /// Reads a word of the API.
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($word => Self::$variant,)+
                    other => Self::Unknown(other.to_owned()),
                }
            }

            /// Returns the API's word.
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Unknown(name) => name,
                }
            }

            #[allow(dead_code, reason = "not every word is in a body that is read")]
            pub(crate) const FORM: $crate::read::Form<Self> =
                $crate::read::Form::new($expected, |value| {
                    value.as_str().filter(|name| !name.is_empty()).map(Self::from_name)
                });

            /// Returns the word, for a request: only those are sent that this version knows.
            #[allow(dead_code, reason = "not every word is in a request")]
            pub(crate) fn known(
                &self,
                member: &'static str,
            ) -> Result<&str, $crate::oneclick::WriteError> {
                match Self::from_name(self.name()) {
                    Self::Unknown(name) => Err($crate::oneclick::WriteError::UnknownWord {
                        member,
                        found: $crate::excerpt(&name, 64),
                    }),
                    _ => Ok(self.name()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&$crate::excerpt(self.name(), 64))
            }
        }
    };
}

pub(super) use open_enum;
