//! Schemas in text: `a: i64 not null, xs: list<string>`.

use crate::error::{err, Result};
use crate::schema::{enum_of, map_of, DataType, Field, Schema, Unit, ALIASES, PLAIN, UNITS};

impl std::str::FromStr for Schema {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Schema> {
        let mut parser = Parser { text, at: 0 };
        let fields = parser.fields("")?;
        Ok(Schema { fields })
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn rest(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    fn skip(&mut self, text: &str) -> bool {
        let there = self.rest().starts_with(text);
        if there {
            self.at += text.len();
        }
        there
    }

    fn fail<T>(&mut self, what: &str) -> Result<T> {
        let rest = self.rest();
        let place = match rest.is_empty() {
            true => "at the end".into(),
            false => format!("at '{}'", rest),
        };
        Err(err!(
            InvalidArgument,
            "{} {} of the schema '{}'",
            what,
            place,
            self.text
        ))
    }

    fn word(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        let word = &rest[..end.unwrap_or(rest.len())];
        self.at += word.len();
        Some(word).filter(|w| !w.is_empty())
    }

    /// A word, not taken.
    fn peek(&mut self) -> String {
        let at = self.at;
        let word = self.word().unwrap_or("").to_ascii_lowercase();
        self.at = at;
        word
    }

    fn name(&mut self) -> Result<String> {
        if self.skip("\"") {
            return self.quoted('"');
        }
        match self.word() {
            Some(word) => Ok(word.into()),
            None => self.fail("a column's name is missing"),
        }
    }

    /// What stands up to the quote, which is doubled in it.
    fn quoted(&mut self, quote: char) -> Result<String> {
        let mut name = String::new();
        loop {
            let rest = &self.text[self.at..];
            match rest.find(quote) {
                None => return self.fail("a quote is not closed"),
                Some(end) => {
                    name.push_str(&rest[..end]);
                    self.at += end + 1;
                }
            }
            if !self.text[self.at..].starts_with(quote) {
                return Ok(name);
            }
            name.push(quote);
            self.at += 1;
        }
    }

    /// The words of an enumeration.
    fn words(&mut self) -> Result<DataType> {
        self.expect("(")?;
        let mut words = Vec::new();
        loop {
            if !self.skip("'") {
                return self.fail("a word in quotes is missing");
            }
            words.push(self.quoted('\'')?);
            if self.skip(")") {
                return Ok(enum_of(words));
            }
            self.expect(",")?;
        }
    }

    fn fields(&mut self, end: &str) -> Result<Vec<Field>> {
        let mut fields = Vec::new();
        loop {
            if self.rest().is_empty() && end.is_empty() || !end.is_empty() && self.skip(end) {
                return Ok(fields);
            }
            if !fields.is_empty() && !self.skip(",") {
                return self.fail("a comma is missing");
            }
            let name = self.name()?;
            self.skip(":");
            fields.push(self.field(name)?);
        }
    }

    fn field(&mut self, name: String) -> Result<Field> {
        let data_type = self.data_type()?;
        let mut field = Field::new(name, data_type);
        if self.peek() == "not" {
            self.word();
            if self.peek() != "null" {
                return self.fail("'not' is not followed by 'null'");
            }
            self.word();
            field.nullable = false;
        }
        Ok(field)
    }

    fn data_type(&mut self) -> Result<DataType> {
        let word = self.peek();
        let begun = self.at;
        self.word();
        if let Some(found) = PLAIN.iter().find(|p| p.2 == word) {
            if found.0 == DataType::Binary && self.rest().starts_with('(') {
                let sizes = self.numbers()?;
                return Ok(DataType::FixedBinary(
                    sizes.first().copied().unwrap_or(0) as usize
                ));
            }
            return Ok(found.0.clone());
        }
        if let Some(found) = ALIASES.iter().find(|a| a.0 == word) {
            return Ok(found.1.clone());
        }
        match word.as_str() {
            "decimal" | "numeric" => {
                let numbers = self.numbers()?;
                match numbers[..] {
                    [p @ 1..=38, s] if (-127..=p).contains(&s) => Ok(DataType::Decimal {
                        precision: p as u8,
                        scale: s as i8,
                    }),
                    _ => self.fail("decimal(PRECISION, SCALE) is wanted, of at most 38 digits,"),
                }
            }
            "uuid" => Ok(DataType::Uuid),
            "time" => Ok(DataType::Time(self.unit()?.0)),
            "timestamp" => self
                .unit()
                .map(|(unit, zone)| DataType::Timestamp(unit, zone)),
            "list" => self.list(),
            "struct" => {
                self.expect("<")?;
                Ok(DataType::Struct(self.fields(">")?))
            }
            "union" => {
                self.expect("<")?;
                match self.fields(">")? {
                    members if members.is_empty() || members.len() > 255 => {
                        self.fail("a union has 1 to 255 members; this ends")
                    }
                    members => Ok(DataType::Union(members)),
                }
            }
            "enum" => self.words(),
            "map" => self.map(),
            _ => {
                self.at = begun;
                self.fail("there is no such type")
            }
        }
    }

    fn expect(&mut self, text: &str) -> Result<()> {
        match self.skip(text) {
            true => Ok(()),
            false => self.fail(&format!("'{}' is missing", text)),
        }
    }

    fn list(&mut self) -> Result<DataType> {
        self.expect("<")?;
        let item = self.field("item".into())?;
        let size = match self.skip(",") {
            true => self.word().and_then(|w| w.parse().ok()),
            false => None,
        };
        self.expect(">")?;
        Ok(match size {
            Some(size) => DataType::FixedList(size, Box::new(item)),
            None => DataType::List(Box::new(item)),
        })
    }

    fn map(&mut self) -> Result<DataType> {
        self.expect("<")?;
        let key = self.field("key".into())?.not_null();
        self.expect(",")?;
        let value = self.field("value".into())?;
        self.expect(">")?;
        Ok(map_of(key, value))
    }

    fn numbers(&mut self) -> Result<Vec<i64>> {
        self.expect("(")?;
        let mut numbers = Vec::new();
        loop {
            let sign = if self.skip("-") { -1 } else { 1 };
            match self.word().and_then(|w| w.parse::<i64>().ok()) {
                Some(number) => numbers.push(sign * number),
                None => return self.fail("a number is missing"),
            }
            if self.skip(")") {
                return Ok(numbers);
            }
            self.expect(",")?;
        }
    }

    fn unit(&mut self) -> Result<(Unit, Option<String>)> {
        if !self.skip("(") {
            return Ok((Unit::Micros, None));
        }
        let word = self.peek();
        let unit = match UNITS.iter().find(|u| u.1 == word) {
            Some(found) => found.0,
            None => return self.fail("the units are s, ms, us, ns; another stands"),
        };
        self.word();
        let mut zone = None;
        if self.skip(",") {
            let rest = self.rest();
            let end = rest.find(')').unwrap_or(rest.len());
            zone = Some(rest[..end].trim().to_string());
            self.at += end;
        }
        self.expect(")")?;
        Ok((unit, zone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let text = "a: i64 not null, the day: date, p: decimal(10,2), t: timestamp(ns,UTC), \
                    xs: list<struct<k: string, v: list<f64, 3>>>, m: map<string, time(us)>, \
                    u: binary(16), i: interval, t: time(ns), e: enum('a', 'it''s'), \
                    o: union<a: i64 not null, b: list<string>>";
        let schema: Schema = text.replace("the day:", "\"the day\"").parse().unwrap();
        assert_eq!(schema.to_string(), text);
        for field in &schema.fields {
            let format = field.data_type.format();
            let children = field.data_type.children().to_vec();
            let words = field.data_type.values().to_vec();
            let again = DataType::parse_format(&format, children, words);
            assert_eq!(again, field.data_type);
        }
    }

    #[test]
    fn bad_text() {
        for (text, part) in [
            ("a", "no such type at the end"),
            ("a: i65", "no such type at 'i65'"),
            ("a i64 b i64", "comma is missing at 'b i64'"),
            ("a: i64, ", "name is missing at the end"),
            ("\"a: i64", "quote is not closed"),
            ("a: decimal(39,2)", "at most 38 digits"),
            ("a: timestamp(m)", "units are s, ms, us, ns"),
            ("a: i64 not", "not followed by 'null' at the end"),
            ("a: list<i64", "'>' is missing at the end"),
            ("a: map<i64>", "',' is missing"),
            ("a: enum(b)", "a word in quotes is missing at 'b)'"),
            ("a: enum('b)", "quote is not closed"),
            ("a: union<>", "1 to 255 members"),
        ] {
            let error = text.parse::<Schema>().unwrap_err().message;
            assert!(error.contains(part), "{}: {}", text, error);
        }
    }
}
