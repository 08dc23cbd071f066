//! `derive(Row)`, `derive(State)`, `derive(Enum)` and `derive(Union)` of
//! wasi-data. See that crate.
//!
//! It parses the little of Rust that structs and enums are, so that building a
//! program needs no other crates, and no network.

mod variants;

use proc_macro::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

type Result<T> = std::result::Result<T, (String, Span)>;

/// Makes a struct with named fields a row: its fields are columns.
#[proc_macro_derive(Row, attributes(data))]
pub fn derive_row(input: TokenStream) -> TokenStream {
    expand(input, "Row", |s| row(s).map(|r| r + &value(s) + &state(s)))
}

/// Makes a struct something that travels as bytes: a state of an aggregate.
#[proc_macro_derive(State, attributes(data))]
pub fn derive_state(input: TokenStream) -> TokenStream {
    expand(input, "State", |s| Ok(state(s)))
}

/// Makes an enum without fields the words of an enumeration.
#[proc_macro_derive(Enum, attributes(data))]
pub fn derive_enum(input: TokenStream) -> TokenStream {
    expand(input, "Enum", |s| Ok(variants::enumeration(s)))
}

/// Makes an enum whose variants hold a value each a union.
#[proc_macro_derive(Union, attributes(data))]
pub fn derive_union(input: TokenStream) -> TokenStream {
    expand(input, "Union", |s| Ok(variants::union(s)))
}

fn expand(input: TokenStream, what: &str, make: impl Fn(&Struct) -> Result<String>) -> TokenStream {
    match parse(input, what).and_then(|s| make(&s)) {
        Ok(code) => code.parse().expect("the code that derive makes is Rust"),
        Err((message, span)) => {
            let error = format!("::core::compile_error!({:?});", message);
            let error: TokenStream = error.parse().unwrap();
            error
                .into_iter()
                .map(|mut t| {
                    t.set_span(span);
                    t
                })
                .collect()
        }
    }
}

struct Field {
    name: String,
    column: String,
    of: String, // its type
    skip: bool,
    flatten: bool,
}

struct Struct {
    name: String,
    /// `<T: Bound, const N: usize>` and `<T, N>`, or nothing.
    parameters: String,
    arguments: String,
    bounds: String,
    fields: Vec<Field>,
}

type Tokens = std::iter::Peekable<proc_macro::token_stream::IntoIter>;

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == wanted)
}

/// Skips attributes; those called `data` are given.
fn attributes(tokens: &mut Tokens) -> Vec<Group> {
    let mut found = Vec::new();
    while is_punct(tokens.peek(), '#') {
        tokens.next();
        if let Some(TokenTree::Group(attribute)) = tokens.next() {
            let mut inside = attribute.stream().into_iter();
            let named =
                matches!(inside.next(), Some(TokenTree::Ident(i)) if i.to_string() == "data");
            if let (true, Some(TokenTree::Group(group))) = (named, inside.next()) {
                found.push(group);
            }
        }
    }
    found
}

fn visibility(tokens: &mut Tokens) {
    if matches!(tokens.peek(), Some(TokenTree::Ident(i)) if i.to_string() == "pub") {
        tokens.next();
        if matches!(tokens.peek(), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis)
        {
            tokens.next();
        }
    }
}

fn ident(tokens: &mut Tokens) -> Option<Ident> {
    match tokens.next() {
        Some(TokenTree::Ident(ident)) => Some(ident),
        _ => None,
    }
}

fn parse(input: TokenStream, what: &str) -> Result<Struct> {
    let mut tokens = input.into_iter().peekable();
    attributes(&mut tokens);
    visibility(&mut tokens);
    let keyword = ident(&mut tokens).map_or_else(String::new, |i| i.to_string());
    let name = ident(&mut tokens).unwrap_or_else(|| Ident::new("_", Span::call_site()));
    let span = name.span();
    let of_enum = matches!(what, "Enum" | "Union");
    if keyword != if of_enum { "enum" } else { "struct" } {
        let hint = match (what, &*keyword) {
            ("Row", "enum") => "no struct: derive(Enum) or derive(Union)",
            _ if of_enum => "no enum",
            _ => "no struct",
        };
        let message = format!("derive({}): '{}' is {}", what, name, hint);
        return Err((message, span));
    }
    let (parameters, arguments) = generics(&mut tokens)?;
    let mut clause = TokenStream::new();
    loop {
        let bounds = clause.to_string();
        match tokens.next() {
            Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => {
                let fields = match of_enum {
                    true => variants::parse(body.stream(), what, &name)?,
                    false => fields(body.stream(), false)?,
                };
                return Ok(Struct {
                    name: name.to_string(),
                    parameters,
                    arguments,
                    bounds,
                    fields,
                });
            }
            Some(TokenTree::Group(body))
                if body.delimiter() == Delimiter::Parenthesis && bounds.is_empty() =>
            {
                if what == "Row" {
                    let message = format!("derive(Row): the fields of '{}' need names, which are those of the columns", name);
                    return Err((message, span));
                }
                let fields = fields(body.stream(), true)?;
                return Ok(Struct {
                    name: name.to_string(),
                    parameters,
                    arguments,
                    bounds,
                    fields,
                });
            }
            Some(token) if !is_punct(Some(&token), ';') => {
                clause.extend([token]);
            }
            _ => {
                return Ok(Struct {
                    name: name.to_string(),
                    parameters,
                    arguments,
                    bounds,
                    fields: Vec::new(),
                });
            }
        }
    }
}

/// The parameters with their bounds, and their names alone.
fn generics(tokens: &mut Tokens) -> Result<(String, String)> {
    if !is_punct(tokens.peek(), '<') {
        return Ok((String::new(), String::new()));
    }
    tokens.next();
    let (mut all, mut names) = (TokenStream::new(), String::new());
    let (mut depth, mut named, mut defaulted, mut last) = (0, false, false, ' ');
    for token in tokens.by_ref() {
        let punct = match &token {
            TokenTree::Punct(p) => p.as_char(),
            _ => ' ',
        };
        match punct {
            '\'' if depth == 0 && !named => {
                let message = "derive: a row owns what it holds: use Text for strings that are not copied, instead of a reference";
                return Err((message.into(), token.span()));
            }
            '<' => depth += 1,
            '>' if last == '-' => (),
            '>' if depth == 0 => return Ok((all.to_string(), names)),
            '>' => depth -= 1,
            ',' if depth == 0 => {
                named = false;
                defaulted = false;
            }
            '=' if depth == 0 => defaulted = true,
            _ => (),
        }
        let text = token.to_string();
        if !named && punct == ' ' && text != "const" {
            names.push_str(&text);
            names.push(',');
            named = true;
        }
        if !defaulted {
            all.extend([token]);
        }
        last = punct;
    }
    Ok((all.to_string(), names))
}

fn fields(body: TokenStream, tuple: bool) -> Result<Vec<Field>> {
    let mut tokens = body.into_iter().peekable();
    let mut fields = Vec::new();
    while tokens.peek().is_some() {
        let groups = attributes(&mut tokens);
        visibility(&mut tokens);
        let name = match tuple {
            true => fields.len().to_string(),
            false => {
                let name = ident(&mut tokens).map_or_else(String::new, |i| i.to_string());
                tokens.next(); // the colon
                name
            }
        };
        let mut of = TokenStream::new();
        let mut depth = 0;
        let mut last = ' ';
        for token in tokens.by_ref() {
            let punct = match &token {
                TokenTree::Punct(p) => p.as_char(),
                _ => ' ',
            };
            match punct {
                ',' if depth == 0 => break,
                '<' => depth += 1,
                '>' if last != '-' => depth -= 1,
                _ => (),
            }
            last = punct;
            of.extend([token]);
        }
        let mut field = Field::new(name, of.to_string());
        for group in groups {
            field.set(group)?;
        }
        fields.push(field);
    }
    Ok(fields)
}

impl Field {
    fn new(name: String, of: String) -> Field {
        Field {
            column: name.strip_prefix("r#").unwrap_or(&name).to_string(),
            name,
            of,
            skip: false,
            flatten: false,
        }
    }

    /// Reads `name = "x"`, `skip`, `flatten`.
    fn set(&mut self, group: Group) -> Result<()> {
        let mut tokens = group.stream().into_iter().peekable();
        while let Some(token) = tokens.next() {
            let span = token.span();
            match token.to_string().as_str() {
                "skip" => self.skip = true,
                "flatten" => self.flatten = true,
                "name" if is_punct(tokens.peek(), '=') => {
                    tokens.next();
                    let text = tokens.next().map_or_else(String::new, |t| t.to_string());
                    self.column = match text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
                        Some(name) => name.to_string(),
                        None => return Err(("name = \"…\" wants a string".into(), span)),
                    };
                }
                "," => (),
                other => {
                    let message =
                        format!("data({}): there are name = \"…\", skip and flatten", other);
                    return Err((message, span));
                }
            }
        }
        Ok(())
    }
}

impl Struct {
    /// `impl<…> Trait for Name<…> where …`
    fn implement(&self, of: &str, body: &str) -> String {
        format!(
            "#[automatically_derived] #[allow(clippy::all)] impl<{}> {} for {}<{}> {} {{ {} }}\n",
            self.parameters, of, self.name, self.arguments, self.bounds, body
        )
    }

    /// What `make` says of each field, in one text.
    fn each(&self, make: impl FnMut((usize, &Field)) -> String) -> String {
        self.fields.iter().enumerate().map(make).collect()
    }
}

fn row(s: &Struct) -> Result<String> {
    // The number of columns before a field.
    let mut before = vec!["0".to_string()];
    for field in &s.fields {
        let last = before.last().unwrap();
        let next = match (field.skip, field.flatten) {
            (true, _) => last.clone(),
            (_, true) => format!("{} + <{} as ::wasi_data::Row>::COLUMNS", last, field.of),
            _ => format!("{} + 1", last),
        };
        before.push(next);
    }
    let kind = |f: &Field| match (f.skip, f.flatten) {
        (true, _) => 0,
        (_, true) => 1,
        _ => 2,
    };
    let readers = s.each(|(_, f)| match kind(f) {
        0 => "(),".into(),
        1 => format!("<{} as ::wasi_data::Row>::Readers,", f.of),
        _ => format!(
            "::wasi_data::hidden::Slot<<{} as ::wasi_data::Value>::Reader>,",
            f.of
        ),
    });
    let fields = s.each(|(_, f)| match kind(f) {
        0 => String::new(),
        1 => format!("<{} as ::wasi_data::Row>::fields(to);", f.of),
        _ => format!(
            "to.push(::wasi_data::hidden::field_of::<{}>({:?}));",
            f.of, f.column
        ),
    });
    let bind = s.each(|(_, f)| match kind(f) {
        0 => "(),".into(),
        1 => format!("<{} as ::wasi_data::Row>::bind(finder)?,", f.of),
        _ => format!("finder.find::<Self, {}>({:?})?,", f.of, f.column),
    });
    let load = s.each(|(i, f)| match kind(f) {
        0 => String::new(),
        1 => format!(
            "<{} as ::wasi_data::Row>::prepare(&mut readers.{}, columns)?;",
            f.of, i
        ),
        _ => format!("readers.{}.load::<{}>(columns)?;", i, f.of),
    });
    let get = s.each(|(i, f)| match kind(f) {
        0 => format!("{}: ::core::default::Default::default(),", f.name),
        1 => format!(
            "{}: <{} as ::wasi_data::Row>::get(&readers.{}, at),",
            f.name, f.of, i
        ),
        _ => format!("{}: readers.{}.get::<{}>(at),", f.name, i, f.of),
    });
    let put = s.each(|(i, f)| match kind(f) {
        0 => String::new(),
        1 => format!(
            "<{} as ::wasi_data::Row>::put(self.{}, writer, base + {}, at);",
            f.of, f.name, before[i]
        ),
        _ => format!(
            "<{} as ::wasi_data::Value>::put(self.{}, writer.column(base + {}), at);",
            f.of, f.name, before[i]
        ),
    });
    Ok(s.implement("::wasi_data::Row", &format!(
        "type Readers = ({readers});
         const COLUMNS: usize = {count};
         fn fields(to: &mut ::std::vec::Vec<::wasi_data::Field>) {{ {fields} }}
         fn bind(finder: &mut ::wasi_data::hidden::Finder) -> ::wasi_data::Result<Self::Readers> {{
             ::core::result::Result::Ok(({bind}))
         }}
         fn prepare(readers: &mut Self::Readers, columns: &mut dyn ::wasi_data::hidden::Columns) -> ::wasi_data::Result<()> {{
             {load} ::core::result::Result::Ok(())
         }}
         #[inline(always)]
         fn get(readers: &Self::Readers, at: usize) -> Self {{ Self {{ {get} }} }}
         #[inline(always)]
         fn put(self, writer: &mut ::wasi_data::hidden::Writer, base: usize, at: usize) {{ {put} }}",
        count = before.last().unwrap(),
    )))
}

/// The struct as a value of a column of structs.
fn value(s: &Struct) -> String {
    let structs = "::wasi_data::hidden::structs";
    s.implement("::wasi_data::Value", &format!(
        "type Reader = ::wasi_data::hidden::Structs<<Self as ::wasi_data::Row>::Readers>;
         fn data_type() -> ::wasi_data::DataType {{ {structs}::data_type::<Self>() }}
         fn bind(data_type: &::wasi_data::DataType) -> ::core::option::Option<Self::Reader> {{
             {structs}::bind::<Self>(data_type)
         }}
         fn ready(reader: &mut Self::Reader, array: &::wasi_data::hidden::Array, mask: ::wasi_data::hidden::Mask) -> ::wasi_data::hidden::Loaded {{
             {structs}::load::<Self>(reader, array, mask)
         }}
         fn get(reader: &Self::Reader, at: usize) -> Self {{ {structs}::get::<Self>(reader, at) }}
         fn put(self, out: &mut ::wasi_data::hidden::Out, at: usize) {{ {structs}::put(self, out, at) }}",
    ))
}

fn state(s: &Struct) -> String {
    let kept = |f: &&Field| !f.skip;
    let plain: String = s
        .fields
        .iter()
        .map(|f| match f.skip {
            true => " && false".to_string(),
            false => format!(" && <{} as ::wasi_data::State>::PLAIN", f.of),
        })
        .collect();
    let save: String = s
        .fields
        .iter()
        .filter(kept)
        .map(|f| format!("::wasi_data::State::save(&self.{}, to);", f.name))
        .collect();
    let load = s.each(|(_, f)| match f.skip {
        true => format!("{}: ::core::default::Default::default(),", f.name),
        false => format!("{}: ::wasi_data::State::load(from),", f.name),
    });
    s.implement(
        "::wasi_data::State",
        &format!(
            "const PLAIN: bool = true{plain};
         fn save(&self, to: &mut ::std::vec::Vec<u8>) {{ {save} }}
         fn load(from: &mut &[u8]) -> Self {{ Self {{ {load} }} }}",
        ),
    )
}
