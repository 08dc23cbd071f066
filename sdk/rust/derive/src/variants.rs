//! `derive(Enum)` and `derive(Union)`.

use proc_macro::{Delimiter, Ident, TokenStream, TokenTree};

use crate::{attributes, ident, is_punct, Field, Result, Struct};

/// The variants of an enum, as fields: what a union's variant holds is the
/// field's type.
pub(crate) fn parse(body: TokenStream, what: &str, of: &Ident) -> Result<Vec<Field>> {
    let mut tokens = body.into_iter().peekable();
    let mut found = Vec::new();
    while tokens.peek().is_some() {
        let groups = attributes(&mut tokens);
        let name = match ident(&mut tokens) {
            Some(name) => name,
            None => break,
        };
        let mut held = Vec::new();
        for token in tokens.by_ref() {
            match token {
                TokenTree::Group(group) if group.delimiter() != Delimiter::None => held.push(group),
                other if is_punct(Some(&other), ',') => break,
                _ => (), // the number of a variant
            }
        }
        let of = match (what, &held[..]) {
            ("Enum", []) => Ok(String::new()),
            ("Enum", _) => Err("holds something: derive(Union) is for such"),
            (_, [group]) if group.delimiter() == Delimiter::Parenthesis => one_type(group.stream()),
            _ => Err(ONE),
        };
        let of = of.map_err(|wrong| {
            let message = format!("derive({}): the variant '{}' {}", what, name, wrong);
            (message, name.span())
        })?;
        let mut field = Field::new(name.to_string(), of);
        for group in groups {
            let span = name.span();
            field.set(group)?;
            if field.skip || field.flatten {
                let message = format!("data: the variant '{}' has but a name = \"…\"", name);
                return Err((message, span));
            }
        }
        found.push(field);
    }
    let most = if what == "Union" { 255 } else { usize::MAX };
    if found.is_empty() || found.len() > most {
        let message = format!("derive({}): '{}' has {} variants", what, of, found.len());
        return Err((message, of.span()));
    }
    Ok(found)
}

const ONE: &str = "is to hold one value, like Name(String)";

/// The type in a variant's brackets.
fn one_type(stream: TokenStream) -> std::result::Result<String, &'static str> {
    let mut depth = 0;
    let mut tokens = stream.into_iter().peekable();
    let mut of = TokenStream::new();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(p) if p.as_char() == '<' => depth += 1,
            TokenTree::Punct(p) if p.as_char() == '>' => depth -= 1,
            TokenTree::Punct(p) if p.as_char() == ',' && depth == 0 => match tokens.peek() {
                None => break,
                Some(_) => return Err(ONE),
            },
            _ => (),
        }
        of.extend([token]);
    }
    match of.is_empty() {
        true => Err(ONE),
        false => Ok(of.to_string()),
    }
}

/// The words in a list of strings.
fn names(s: &Struct) -> String {
    s.each(|(_, f)| format!("{:?},", f.column))
}

fn single(s: &Struct) -> String {
    s.implement("::wasi_data::Row", "::wasi_data::single_row!();")
}

pub(crate) fn enumeration(s: &Struct) -> String {
    let enums = "::wasi_data::hidden::enums";
    let words = s.implement(
        "::wasi_data::hidden::Words",
        &format!(
            "const WORDS: &'static [&'static str] = &[{names}];
         #[inline(always)]
         fn variant(place: usize) -> Self {{ match place {{ {variants} _ => Self::{last} }} }}
         #[inline(always)]
         fn place(self) -> usize {{ match self {{ {places} }} }}",
            names = names(s),
            variants = s.each(|(i, f)| format!("{} => Self::{},", i, f.name)),
            last = s.fields[0].name,
            places = s.each(|(i, f)| format!("Self::{} => {},", f.name, i)),
        ),
    );
    let value = s.implement("::wasi_data::Value", &format!(
        "type Reader = ::wasi_data::hidden::Enums<Self>;
         fn data_type() -> ::wasi_data::DataType {{ {enums}::data_type::<Self>() }}
         fn bind(data_type: &::wasi_data::DataType) -> ::core::option::Option<Self::Reader> {{
             {enums}::bind::<Self>(data_type)
         }}
         fn ready(reader: &mut Self::Reader, array: &::wasi_data::hidden::Array, mask: ::wasi_data::hidden::Mask) -> ::wasi_data::hidden::Loaded {{
             {enums}::load(reader, array, mask)
         }}
         #[inline(always)]
         fn get(reader: &Self::Reader, at: usize) -> Self {{ {enums}::get(reader, at) }}
         #[inline(always)]
         fn put(self, out: &mut ::wasi_data::hidden::Out, at: usize) {{ {enums}::put(self, out, at) }}",
    ));
    let state = s.implement(
        "::wasi_data::State",
        "const PLAIN: bool = false;
         fn save(&self, to: &mut ::std::vec::Vec<u8>) {
             (::wasi_data::hidden::Words::place(*self) as u32).save(to)
         }
         fn load(from: &mut &[u8]) -> Self {
             ::wasi_data::hidden::Words::variant(<u32 as ::wasi_data::State>::load(from) as usize)
         }",
    );
    words + &value + &state + &single(s)
}

pub(crate) fn union(s: &Struct) -> String {
    let unions = "::wasi_data::hidden::unions";
    let of = |f: &Field| format!("<{} as ::wasi_data::Value>", f.of);
    let value = s.implement("::wasi_data::Value", &format!(
        "type Reader = ::wasi_data::hidden::Unions<({readers})>;
         fn data_type() -> ::wasi_data::DataType {{
             ::wasi_data::DataType::Union(::std::vec![{members}])
         }}
         fn bind(data_type: &::wasi_data::DataType) -> ::core::option::Option<Self::Reader> {{
             {unions}::bind(data_type, &[{names}], |members| ::core::option::Option::Some(({find})))
         }}
         fn ready(reader: &mut Self::Reader, array: &::wasi_data::hidden::Array, mask: ::wasi_data::hidden::Mask) -> ::wasi_data::hidden::Loaded {{
             {unions}::load(reader, array, mask, |members, array, mask| {{
                 {load} ::core::result::Result::Ok(())
             }})
         }}
         fn get(reader: &Self::Reader, at: usize) -> Self {{
             let (variant, members) = {unions}::variant(reader, at);
             match variant {{ {get} _ => ::core::unreachable!() }}
         }}
         fn put(self, out: &mut ::wasi_data::hidden::Out, at: usize) {{ match self {{ {put} }} }}",
        readers = s.each(|(_, f)| format!("::wasi_data::hidden::Member<{}::Reader>,", of(f))),
        members = s.each(|(_, f)| format!("{unions}::member::<{}>({:?}),", f.of, f.column)),
        names = names(s),
        find = s.each(|(_, f)| format!(
            "::wasi_data::hidden::Member::find::<{}>(members, {:?})?,",
            f.of, f.column
        )),
        load = s.each(|(i, f)| format!("members.{}.load::<{}>(array, mask)?;", i, f.of)),
        get = s.each(|(i, f)| format!(
            "{} => Self::{}(members.{}.get::<{}>(at)),",
            i, f.name, i, f.of
        )),
        put = s.each(|(i, f)| format!(
            "Self::{}(value) => {unions}::put(value, out, at, {}),",
            f.name, i
        )),
    ));
    let state = s.implement("::wasi_data::State", &format!(
        "const PLAIN: bool = false;
         fn save(&self, to: &mut ::std::vec::Vec<u8>) {{ match self {{ {save} }} }}
         fn load(from: &mut &[u8]) -> Self {{
             match <u8 as ::wasi_data::State>::load(from) {{
                 {load} _ => ::core::panic!(\"a state is of no variant\")
             }}
         }}",
        save = s.each(|(i, f)| format!(
            "Self::{}(value) => {{ ::wasi_data::State::save(&{}u8, to); ::wasi_data::State::save(value, to) }}",
            f.name, i
        )),
        load = s.each(|(i, f)| format!(
            "{} => Self::{}(::wasi_data::State::load(from)),",
            i, f.name
        )),
    ));
    value + &state + &single(s)
}
