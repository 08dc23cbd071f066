use wasi_data::{
    self as data, Call, Code, DataType, Error, Field, Promises, Result, RowRef, RowWriter,
};

fn refuse<T>(why: &str) -> Result<T> {
    Err(Error::new(Code::InvalidArgument, why))
}

fn less(row: &RowRef, text: bool, a: usize, b: usize) -> bool {
    match text {
        true => row.get::<&str>(a) < row.get::<&str>(b),
        false => row.get::<i64>(a) < row.get::<i64>(b),
    }
}

fn larger(call: &Call) -> Result<(Field, impl Fn(RowRef, &mut RowWriter))> {
    let arguments = call.arguments();
    let mut field = match arguments.first() {
        Some(field) => field.clone(),
        None => return refuse("larger takes an argument"),
    };
    if arguments.iter().any(|a| a.data_type != field.data_type) {
        return refuse("larger takes arguments of one type");
    }
    let (text, count) = (field.data_type == DataType::String, arguments.len());
    field.nullable = true;
    let larger = move |row: RowRef, out: &mut RowWriter| {
        let there = (0..count).filter(|&i| !row.is_null(i));
        let best = there.reduce(|best, i| if less(&row, text, best, i) { i } else { best });
        if let Some(best) = best {
            out.copy(0, &row, best);
        }
    };
    Ok((field, larger))
}

fn power(call: &Call) -> Result<(Field, impl Fn(RowRef, &mut RowWriter))> {
    let exponent = match call.arguments().len() {
        2 => call.known(1, |row| row.get::<i64>(0))?,
        _ => None,
    };
    match exponent {
        None => refuse("the exponent must be known"),
        Some(exponent) => Ok((
            call.arguments()[0].clone(),
            move |row: RowRef, out: &mut RowWriter| {
                out.set(0, row.get::<i64>(0).pow(exponent as u32));
            },
        )),
    }
}

fn main() {
    data::run(|| {
        data::register_call("larger", Promises::DETERMINISTIC, larger)?;
        data::register_call("power_of", Promises::DETERMINISTIC, power)?;
        data::register_variadic("total", Promises::DETERMINISTIC, |xs: &[i64]| {
            xs.iter().sum::<i64>()
        })?;
        data::register("scaled", Promises::DETERMINISTIC, |(x, by): (i64, i64)| {
            x * by
        })?;
        let numbers = data::range(0, 5, 1).select([
            "id",
            "if(id = 3, null, 4 - id) as down",
            "cast(id as string) as text",
        ]);
        numbers
            .select([
                "id",
                "larger(id, down) as l",
                "larger(text, '2', cast(null as string)) as t",
                "total(id, down, 100) as s",
                "total(id) as one",
                "power_of(id, 3) as p",
                "scaled(id, 7) as k",
            ])
            .sort(["id"])
            .show()?;
        for wrong in [
            "larger()",
            "larger(id, text)",
            "power_of(id, down)",
            "total('x')",
            "total()",
        ] {
            match numbers.select(wrong).count() {
                Ok(_) => println!("taken"),
                Err(_) => println!("refused"),
            }
        }
        Ok(())
    })
}
