//! Protobuf as it lies in the bytes, without its schema: fields with their numbers, to take away or to add.

/// One field as it lies in the bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub number: u64,
    /// Tag and value.
    pub bytes: Vec<u8>,
    /// What a length-delimited field holds.
    pub inside: Option<Vec<u8>>,
}

fn varint(bytes: &[u8], at: &mut usize) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = bytes[*at];
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return value;
        }
    }
    panic!("a varint has at most ten bytes");
}

pub fn to_varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// The fields of a message that was encoded by us.
pub fn split(bytes: &[u8]) -> Vec<Field> {
    let (mut fields, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let start = at;
        let tag = varint(bytes, &mut at);
        let mut inside = None;
        match tag & 7 {
            0 => {
                varint(bytes, &mut at);
            }
            1 => at += 8,
            2 => {
                let length = varint(bytes, &mut at) as usize;
                inside = Some(bytes[at..at + length].to_vec());
                at += length;
            }
            5 => at += 4,
            kind => panic!("no field of ours has wire type {kind}"),
        }
        fields.push(Field { number: tag >> 3, bytes: bytes[start..at].to_vec(), inside });
    }
    fields
}

/// A length-delimited field.
pub fn holding(number: u64, inside: &[u8]) -> Vec<u8> {
    [to_varint(number << 3 | 2), to_varint(inside.len() as u64), inside.to_vec()].concat()
}

/// A number as a field.
pub fn number(number: u64, value: u64) -> Vec<u8> {
    [to_varint(number << 3), to_varint(value)].concat()
}

pub fn join(fields: &[Field]) -> Vec<u8> {
    fields.iter().flat_map(|field| field.bytes.clone()).collect()
}

/// The message inside the fields named by this path of numbers, from the outside in.
pub fn at_path(bytes: &[u8], path: &[u64]) -> Vec<u8> {
    let Some((first, rest)) = path.split_first() else { return bytes.to_vec() };
    let field = split(bytes).into_iter().find(|field| field.number == *first).expect("the path leads to a field");
    at_path(&field.inside.expect("the path leads through messages"), rest)
}

/// The bytes with the message at this path changed.
pub fn change(bytes: &[u8], path: &[u64], by: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let Some((first, rest)) = path.split_first() else { return by(bytes) };
    let mut changed = false;
    let fields = split(bytes).into_iter().map(|field| match &field.inside {
        Some(inside) if field.number == *first && !changed => {
            changed = true;
            holding(field.number, &change(inside, rest, by))
        }
        _ => field.bytes.clone(),
    });
    fields.collect::<Vec<_>>().concat()
}
