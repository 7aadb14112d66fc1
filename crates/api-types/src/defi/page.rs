use super::{Profile, Wire, WriteError};
use crate::ReadError;
use crate::json::Value;
use crate::read::{Members, forms, items};
use crate::write::{ObjectWriter, array};

/// A list, or the part of one that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The elements.
    pub items: Vec<T>,
    /// Which part of the list they are; `None` for a bare array.
    pub pagination: Option<Pagination>,
}

/// Which part of a list a page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pagination {
    /// How many elements a page holds at most.
    pub limit: Option<u64>,
    /// How many elements came before.
    pub offset: Option<u64>,
    /// How many pages there are.
    pub pages: Option<u64>,
    /// How many elements there are.
    pub total: Option<u64>,
}

impl<T: Wire> Wire for Page<T> {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        if let Value::Array(_) = value {
            return Ok(Self { items: items(value, T::from_value)?, pagination: None });
        }
        let members = Members::of(value)?;
        let data = members.part("data", |data| items(data, T::from_value))?;
        Ok(Self {
            items: data.ok_or_else(|| ReadError::member("data", "an array", None))?,
            pagination: members.part("pagination", Pagination::read)?,
        })
    }

    fn to_json(&self, profile: Profile) -> Result<String, WriteError> {
        let items: Result<Vec<_>, _> =
            self.items.iter().map(|item| item.to_json(profile)).collect();
        let items = array(&items?);
        let Some(pagination) = self.pagination else { return Ok(items) };
        let body = ObjectWriter::new().raw("data", Some(items));
        Ok(body.raw("pagination", Some(pagination.write().finish())).finish())
    }
}

impl Pagination {
    fn read(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let number = |name| members.optional(&[name], &forms::UINT);
        Ok(Self {
            limit: number("limit")?,
            offset: number("offset")?,
            pages: number("pages")?,
            total: number("total")?,
        })
    }

    fn write(self) -> ObjectWriter {
        ObjectWriter::new()
            .plain("limit", self.limit)
            .plain("offset", self.offset)
            .plain("pages", self.pages)
            .plain("total", self.total)
    }
}
