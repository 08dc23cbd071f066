//! Types, columns and schemas, by the format strings of the Arrow C data
//! interface (<https://arrow.apache.org/docs/format/CDataInterface.html>).

use std::fmt;

use crate::error::{err, Result};
use crate::wire::{List, WireField};

/// The unit of times and timestamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Unit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

pub(crate) const UNITS: [(Unit, &str, &str); 4] = [
    (Unit::Seconds, "s", "s"),
    (Unit::Millis, "ms", "m"),
    (Unit::Micros, "us", "u"),
    (Unit::Nanos, "ns", "n"),
];

impl Unit {
    fn name(self) -> &'static str {
        UNITS[self as usize].1
    }

    fn letter(self) -> &'static str {
        UNITS[self as usize].2
    }

    pub(crate) fn find(letter: &str) -> Option<Unit> {
        UNITS.iter().find(|u| u.2 == letter).map(|u| u.0)
    }

    /// How many there are in a second.
    pub fn per_second(self) -> i64 {
        [1, 1_000, 1_000_000, 1_000_000_000][self as usize]
    }
}

/// The type of a column.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum DataType {
    /// Nothing but nulls.
    Null,
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
    /// At most 38 digits, of which so many stand after the point.
    Decimal {
        precision: u8,
        scale: i8,
    },
    Date,
    /// Of a day.
    Time(Unit),
    /// With a time zone: an instant that is shown there.
    Timestamp(Unit, Option<String>),
    /// Months, days and nanoseconds.
    Interval,
    String,
    Binary,
    /// So many bytes each.
    FixedBinary(usize),
    Uuid,
    List(Box<Field>),
    /// So many elements each.
    FixedList(usize, Box<Field>),
    Struct(Vec<Field>),
    /// Of an Arrow map: a struct of key and value.
    Map(Box<Field>),
    /// Strings by their index, of so many bytes.
    Enum(Vec<String>, usize),
    /// One of its members: of Arrow's sparse unions.
    Union(Vec<Field>),
    /// A type that this crate does not read: its format and children.
    Other(String, Vec<Field>),
}

pub(crate) static PLAIN: [(DataType, &str, &str); 16] = [
    (DataType::Null, "n", "null"),
    (DataType::Bool, "b", "bool"),
    (DataType::I8, "c", "i8"),
    (DataType::I16, "s", "i16"),
    (DataType::I32, "i", "i32"),
    (DataType::I64, "l", "i64"),
    (DataType::U8, "C", "u8"),
    (DataType::U16, "S", "u16"),
    (DataType::U32, "I", "u32"),
    (DataType::U64, "L", "u64"),
    (DataType::F32, "f", "f32"),
    (DataType::F64, "g", "f64"),
    (DataType::Date, "tdD", "date"),
    (DataType::Interval, "tin", "interval"),
    (DataType::String, "u", "string"),
    (DataType::Binary, "z", "binary"),
];

/// Other names that schemas in text may use.
pub(crate) static ALIASES: [(&str, DataType); 16] = [
    ("boolean", DataType::Bool),
    ("tinyint", DataType::I8),
    ("smallint", DataType::I16),
    ("int", DataType::I32),
    ("integer", DataType::I32),
    ("bigint", DataType::I64),
    ("float", DataType::F32),
    ("real", DataType::F32),
    ("fp32", DataType::F32),
    ("double", DataType::F64),
    ("fp64", DataType::F64),
    ("varchar", DataType::String),
    ("text", DataType::String),
    ("utf8", DataType::String),
    ("bytes", DataType::Binary),
    ("blob", DataType::Binary),
];

/// How a field says that its 16 bytes are a UUID.
pub(crate) const EXTENSION: (&str, &str) = ("ARROW:extension:name", "arrow.uuid");

impl DataType {
    pub(crate) fn children(&self) -> &[Field] {
        match self {
            DataType::List(f) | DataType::FixedList(_, f) | DataType::Map(f) => {
                std::slice::from_ref(f)
            }
            DataType::Struct(fields) | DataType::Union(fields) | DataType::Other(_, fields) => {
                fields
            }
            _ => &[],
        }
    }

    /// Whether values of this type may be written to columns of the other: it
    /// is the same but for what parts are called and whether they may be null.
    pub(crate) fn same(&self, other: &DataType) -> bool {
        match (self, other) {
            (DataType::List(a), DataType::List(b)) => a.data_type.same(&b.data_type),
            (DataType::FixedList(n, a), DataType::FixedList(m, b)) => {
                n == m && a.data_type.same(&b.data_type)
            }
            (DataType::Map(a), DataType::Map(b)) => {
                let (a, b) = (a.data_type.children(), b.data_type.children());
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.data_type.same(&b.data_type))
            }
            (DataType::Struct(a), DataType::Struct(b))
            | (DataType::Union(a), DataType::Union(b)) => {
                let same =
                    |(a, b): (&Field, &Field)| a.name == b.name && a.data_type.same(&b.data_type);
                a.len() == b.len() && a.iter().zip(b).all(same)
            }
            (a, b) => a == b,
        }
    }

    pub(crate) fn values(&self) -> &[String] {
        match self {
            DataType::Enum(values, _) => values,
            _ => &[],
        }
    }

    pub(crate) fn format(&self) -> String {
        match self {
            DataType::Decimal { precision, scale } => format!("d:{},{}", precision, scale),
            DataType::Time(unit) => format!("tt{}", unit.letter()),
            DataType::Timestamp(unit, zone) => {
                format!("ts{}:{}", unit.letter(), zone.as_deref().unwrap_or(""))
            }
            DataType::FixedBinary(size) => format!("w:{}", size),
            DataType::Uuid => "w:16".into(),
            DataType::List(_) => "+l".into(),
            DataType::FixedList(size, _) => format!("+w:{}", size),
            DataType::Struct(_) => "+s".into(),
            DataType::Map(_) => "+m".into(),
            DataType::Enum(_, size) => ["C", "S", "", "I"][size - 1].into(),
            DataType::Union(members) => {
                let ids: Vec<String> = (0..members.len()).map(|i| i.to_string()).collect();
                format!("+us:{}", ids.join(","))
            }
            DataType::Other(format, _) => format.clone(),
            plain => {
                let found = PLAIN.iter().find(|p| p.0 == *plain);
                found.map_or("", |p| p.1).into()
            }
        }
    }

    pub(crate) fn parse_format(
        format: &str,
        mut children: Vec<Field>,
        values: Vec<String>,
    ) -> DataType {
        if let Some(found) = PLAIN.iter().find(|p| p.1 == format) {
            return match found.0 {
                DataType::U8 if !values.is_empty() => DataType::Enum(values, 1),
                DataType::U16 if !values.is_empty() => DataType::Enum(values, 2),
                DataType::U32 if !values.is_empty() => DataType::Enum(values, 4),
                ref plain => plain.clone(),
            };
        }
        let found = match (format, children.len()) {
            ("+s", _) => Some(DataType::Struct(std::mem::take(&mut children))),
            (_, 1..=255) if format.starts_with("+us:") => {
                let union = DataType::Union(std::mem::take(&mut children));
                match union.format() == format {
                    true => Some(union),
                    false => {
                        children = union.children().to_vec();
                        None
                    }
                }
            }
            ("+l", 1) => children.pop().map(|f| DataType::List(Box::new(f))),
            ("+m", 1) => children.pop().map(|f| DataType::Map(Box::new(f))),
            (_, 1) if format.starts_with("+w:") => format[3..].parse().ok().and_then(|size| {
                let child = children.pop()?;
                Some(DataType::FixedList(size, Box::new(child)))
            }),
            (_, 0) => Self::parse_parameters(format),
            _ => None,
        };
        found.unwrap_or_else(|| DataType::Other(format.into(), children))
    }

    fn parse_parameters(format: &str) -> Option<DataType> {
        if let Some(rest) = format.strip_prefix("d:") {
            let numbers: Vec<&str> = rest.split(',').collect();
            if numbers.len() > 2 && numbers[2] != "128" {
                return None;
            }
            return Some(DataType::Decimal {
                precision: numbers.first()?.parse().ok()?,
                scale: numbers.get(1)?.parse().ok()?,
            });
        }
        if let Some(rest) = format.strip_prefix("ts") {
            let (letter, zone) = (rest.get(..1)?, rest.get(2..)?);
            let zone = Some(zone).filter(|z| !z.is_empty()).map(String::from);
            return Some(DataType::Timestamp(Unit::find(letter)?, zone));
        }
        if let Some(letter) = format.strip_prefix("tt") {
            return Some(DataType::Time(Unit::find(letter)?));
        }
        if let Some(size) = format.strip_prefix("w:") {
            return Some(DataType::FixedBinary(size.parse().ok()?));
        }
        None
    }

    /// How many buffers an array has, its children's aside; none: not known.
    pub(crate) fn buffers(&self) -> Option<usize> {
        Some(match self {
            DataType::Null => 0,
            DataType::FixedList(..) | DataType::Struct(_) | DataType::Union(_) => 1,
            DataType::String | DataType::Binary => 3,
            DataType::Other(format, _) => match format.get(..3).unwrap_or(format) {
                "+ud" => 2,
                "+us" => 1,
                "vu" | "vz" | "+vl" | "+vL" | "+r" => return None,
                _ => 2,
            },
            _ => 2,
        })
    }

    /// The size of a value that has one, in bytes.
    pub(crate) fn width(&self) -> usize {
        match self {
            DataType::I8 | DataType::U8 | DataType::Union(_) => 1,
            DataType::I16 | DataType::U16 => 2,
            DataType::I32 | DataType::U32 | DataType::F32 | DataType::Date => 4,
            DataType::Time(Unit::Seconds) | DataType::Time(Unit::Millis) => 4,
            DataType::Decimal { .. } | DataType::Interval | DataType::Uuid => 16,
            DataType::I64 | DataType::U64 | DataType::F64 => 8,
            DataType::Time(_) | DataType::Timestamp(..) => 8,
            DataType::FixedBinary(size) | DataType::Enum(_, size) => *size,
            _ => 0,
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            DataType::Decimal { precision, scale } => write!(f, "decimal({},{})", precision, scale),
            DataType::Time(unit) => write!(f, "time({})", unit.name()),
            DataType::Timestamp(unit, None) => write!(f, "timestamp({})", unit.name()),
            DataType::Timestamp(unit, Some(zone)) => {
                write!(f, "timestamp({},{})", unit.name(), zone)
            }
            DataType::FixedBinary(size) => write!(f, "binary({})", size),
            DataType::Uuid => f.write_str("uuid"),
            DataType::List(item) => write!(f, "list<{}>", item.data_type),
            DataType::FixedList(size, item) => write!(f, "list<{}, {}>", item.data_type, size),
            DataType::Struct(fields) => write!(f, "struct<{}>", listed(fields)),
            DataType::Map(entries) => match entries.data_type.children() {
                [key, value] => write!(f, "map<{}, {}>", key.data_type, value.data_type),
                _ => f.write_str("map"),
            },
            DataType::Enum(words, _) => write!(f, "enum({})", quoted(words)),
            DataType::Union(members) => write!(f, "union<{}>", listed(members)),
            DataType::Other(format, _) => write!(f, "Arrow format \"{}\"", format),
            plain => {
                let found = PLAIN.iter().find(|p| p.0 == *plain);
                f.write_str(found.map_or("?", |p| p.2))
            }
        }
    }
}

/// Words as a schema's text has them.
fn quoted(words: &[String]) -> String {
    let quoted = words.iter().map(|w| format!("'{}'", w.replace('\'', "''")));
    quoted.collect::<Vec<_>>().join(", ")
}

/// An enumeration of these words.
pub(crate) fn enum_of(words: Vec<String>) -> DataType {
    let size = match words.len() {
        0..=256 => 1,
        257..=65536 => 2,
        _ => 4,
    };
    DataType::Enum(words, size)
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Field {
    pub name: String,
    pub data_type: DataType,
    pub nullable: bool,
    /// Arrow's field metadata.
    pub metadata: Vec<(String, String)>,
}

impl Field {
    /// A column that may be null.
    pub fn new(name: impl Into<String>, data_type: DataType) -> Field {
        Field {
            name: name.into(),
            data_type,
            nullable: true,
            metadata: Vec::new(),
        }
    }

    /// The same, never null.
    pub fn not_null(mut self) -> Field {
        self.nullable = false;
        self
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let not_null = if self.nullable { "" } else { " not null" };
        write!(f, "{}: {}{}", self.name, self.data_type, not_null)
    }
}

fn listed(fields: &[Field]) -> String {
    let texts: Vec<String> = fields.iter().map(Field::to_string).collect();
    texts.join(", ")
}

/// What there is, for messages.
pub(crate) fn there_are(fields: &[Field]) -> String {
    if fields.is_empty() {
        return "it has no columns".into();
    }
    let texts = fields.iter().map(|f| format!("{} {}", f.name, f.data_type));
    format!("there are: {}", texts.collect::<Vec<_>>().join(", "))
}

/// The columns of a data set. Its text, which also makes one, is
/// `a: i64 not null, price: decimal(10,2), "the day": date, xs: list<i64>`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Schema {
    /// From the left.
    pub fields: Vec<Field>,
}

impl Schema {
    /// The position of a column.
    pub fn find(&self, name: &str) -> Result<usize> {
        let found = self.fields.iter().position(|f| f.name == name);
        found.ok_or_else(|| {
            err!(
                InvalidArgument,
                "there is no column '{}'; {}",
                name,
                there_are(&self.fields)
            )
        })
    }

    pub(crate) unsafe fn read(list: List) -> Schema {
        let mut rest = list.slice::<WireField>();
        let mut fields = Vec::new();
        while !rest.is_empty() {
            fields.push(read_field(&mut rest));
        }
        Schema { fields }
    }
}

unsafe fn read_field(rest: &mut &[WireField]) -> Field {
    let wire = rest[0];
    *rest = &rest[1..];
    let children = (0..wire.children).map(|_| read_field(rest)).collect();
    let values = wire.dictionary.slice::<List>();
    let values = values.iter().map(|v| v.text()).collect();
    let metadata = wire.metadata.slice::<[List; 2]>().iter();
    let mut field = Field {
        name: wire.name.text(),
        data_type: DataType::parse_format(&wire.format.text(), children, values),
        nullable: wire.nullable != 0,
        metadata: metadata.map(|m| (m[0].text(), m[1].text())).collect(),
    };
    if field.data_type == DataType::FixedBinary(16) {
        let known = |m: &(String, String)| m.0 == EXTENSION.0 && m.1 == EXTENSION.1;
        if let Some(at) = field.metadata.iter().position(known) {
            // The type says it.
            field.metadata.remove(at);
            field.data_type = DataType::Uuid;
        }
    }
    field
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&listed(&self.fields))
    }
}

pub(crate) fn map_of(key: Field, value: Field) -> DataType {
    let entries = DataType::Struct(vec![key, value]);
    DataType::Map(Box::new(Field::new("entries", entries).not_null()))
}

/// What says which columns a lambda gives: a [`Schema`] or its text.
pub trait IntoSchema {
    #[doc(hidden)]
    fn into_schema(self) -> Result<Schema>;
}

impl IntoSchema for Schema {
    fn into_schema(self) -> Result<Schema> {
        Ok(self)
    }
}

impl IntoSchema for &Schema {
    fn into_schema(self) -> Result<Schema> {
        Ok(self.clone())
    }
}

impl IntoSchema for &str {
    fn into_schema(self) -> Result<Schema> {
        self.parse()
    }
}
