//! Addresses of China, Japan and Korea: from the large to the small, each name with the letter of its rank.

use super::super::page::Class;
use super::super::reader::Reader;
use super::is_comma;

/// How long an address may be, in glyphs before its first number.
const REACH: usize = 32;

pub(super) fn address(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let before = at.checked_sub(1)?;
    let found = match reader.class(before)? {
        Class::Dense if reader.c(before) == '〒' => postmark(reader, before, at),
        Class::Dense => chinese(reader, at).or_else(|| japanese(reader, at)),
        Class::Space if at > 1 && is_hangul(reader.c(at - 2)) => korean(reader, at),
        Class::Space if at > 1 && reader.c(at - 2) == '〒' => postmark(reader, at - 2, at),
        Class::Joined => korean(reader, at),
        _ => None,
    };
    let found = found.map(|(start, end)| (behind_postcode(reader, start), end));
    found.filter(|(start, end)| reader.is_free(*start, *end))
}

/// Where the postcode begins that stands before an address: "518057 广东省", "48058 부산광역시", "530-0001 大阪市".
fn behind_postcode(reader: &Reader<'_>, start: usize) -> usize {
    let end = start - usize::from(start > 0 && reader.c(start - 1) == ' ');
    let before = |end: usize| (0..end).rev().take_while(|i| reader.is_digit(*i)).count();
    let digits = before(end);
    let dashed = digits == 4 && end > 4 && reader.c(end - 5) == '-' && before(end - 5) == 3;
    let first = if dashed { end - 8 } else { end - digits };
    let whole = first == 0 || !reader.is_code(first - 1) && !matches!(reader.c(first - 1), '-' | '.' | '/' | '*');
    let hangul = is_hangul(reader.c(start));
    let fits = dashed || digits == 6 && !hangul || digits == 5 && hangul;
    if fits && whole { first } else { start }
}

fn is_hangul(c: char) -> bool {
    ('\u{ac00}'..='\u{d7a3}').contains(&c)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '々' | 'ヶ' | 'ケ')
}

/// Letters behind the number of a house or a room.
const ROOMS: &str = "号號弄幢栋棟座楼樓层層室单元單房户戶院巷之階";
/// Letters that end the names of streets.
const STREETS: &str = "路街道巷弄村镇鎮里段园胡同";
/// Letters that end the names of provinces, towns and districts.
const RANKS: &str = "省市区區县縣旗";
/// Letters that stand before an address and are no part of it.
const LEADS: &str = "址到是在为為至寄送改成往去给給住于於换換从從我家收来來的了：按和与與把請请发發自";

/// Names of provinces and towns with more than two letters.
const LONG_NAMES: [&str; 24] = [
    "黑龙江",
    "内蒙古",
    "石家庄",
    "哈尔滨",
    "张家口",
    "秦皇岛",
    "呼和浩特",
    "乌鲁木齐",
    "齐齐哈尔",
    "葫芦岛",
    "连云港",
    "马鞍山",
    "景德镇",
    "张家界",
    "攀枝花",
    "六盘水",
    "嘉峪关",
    "浦东新",
    "牡丹江",
    "佳木斯",
    "平顶山",
    "三门峡",
    "驻马店",
    "防城港",
];

/// `上海市徐汇区漕溪北路88号1203室`
fn chinese(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let digits = reader.digits(at);
    if !ROOMS.contains(reader.c(digits)) || reader.c(digits) == '道' || !STREETS.contains(reader.c(at - 1)) {
        return None;
    }
    let mut run = at;
    while run > 0 && at - run < REACH && is_han(reader.c(run - 1)) {
        run -= 1;
    }
    let first_rank = (run..at).find(|i| RANKS.contains(reader.c(*i)) && *i > run);
    let start = match first_rank {
        Some(rank) => name_start(reader, run, rank),
        None => (run..at)
            .rev()
            .find(|i| LEADS.contains(reader.c(*i)))
            .map_or(run.max(at.saturating_sub(8)), |lead| lead + 1),
    };
    if at - start < 3 {
        return None;
    }
    let mut end = digits;
    loop {
        while ROOMS.contains(reader.c(end)) && end < reader.len()
            || reader.is_digit(end)
            || reader.c(end) == '-' && reader.is_digit(end + 1)
            || reader.is_upper(end) && ROOMS.contains(reader.c(end + 1))
        {
            end += 1;
        }
        // The name of a house or a quarter between two numbers.
        let skip = usize::from(reader.c(end) == ' ');
        let name = (end + skip..end + skip + 9).take_while(|i| is_han(reader.c(*i))).count();
        // "A座2305室" behind the name.
        let tower = end + skip + name;
        let lettered = reader.is_upper(tower) && ROOMS.contains(reader.c(tower + 1));
        let number = tower + if lettered { 2 } else { 0 };
        let stop = reader.digits(number);
        let building = stop > number && ROOMS.contains(reader.c(stop)) && reader.c(stop) != '\0';
        if !building {
            return Some((start, end));
        }
        end = stop;
    }
}

/// The names of towns are of two or three letters; what stands before them ends in one of a few.
fn name_start(reader: &Reader<'_>, run: usize, rank: usize) -> usize {
    for name in LONG_NAMES {
        let length = name.chars().count();
        if rank >= run + length && name.chars().enumerate().all(|(i, c)| reader.c(rank - length + i) == c) {
            return rank - length;
        }
    }
    // One letter stays when the other is a lead: "到县".
    let start = rank.saturating_sub(2).max(run);
    let lead = start < rank && LEADS.contains(reader.c(start)) && LEADS.contains(reader.c(start + 1));
    if lead { start + 1 } else { start }
}

/// `〒150-0042 東京都渋谷区宇田川町3-15 コーポ青葉203`
fn postmark(reader: &Reader<'_>, start: usize, at: usize) -> Option<(usize, usize)> {
    let mut end = reader.digits(at);
    if reader.c(end) == '-' {
        end = reader.digits(end + 1);
    }
    let mut next = end + usize::from(reader.c(end) == ' ');
    let place = next;
    while next - place < REACH && (is_han(reader.c(next)) || is_kana_of_name(reader.c(next))) {
        next += 1;
    }
    if reader.is_digit(next) && next > place + 2 {
        return Some((start, building(reader, blocks(reader, next))));
    }
    let ranked = (place..next).rev().find(|i| "町村区市".contains(reader.c(*i)));
    Some((start, ranked.map_or(end, |rank| rank + 1)))
}

fn is_kana_of_name(c: char) -> bool {
    matches!(c, 'の' | 'ノ' | '\u{30a1}'..='\u{30fe}')
}

/// `練馬区石神井町4-18`
fn japanese(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let digits = reader.digits(at);
    let blocked = matches!(reader.c(digits), '-' | 'ー' | '丁' | '番' | '条');
    if !blocked || digits - at > 4 {
        return None;
    }
    let mut run = at;
    while run > 0 && at - run < REACH && (is_han(reader.c(run - 1)) || is_kana_of_name(reader.c(run - 1))) {
        run -= 1;
    }
    // "西区みなとみらい": a quarter in the plain letters, right behind its district.
    let plain =
        (1..10).take_while(|back| run > *back && matches!(reader.c(run - back), '\u{3041}'..='\u{3096}')).count();
    if run == at || plain > 2 {
        let district = run - plain.min(run);
        if district > 1 && matches!(reader.c(district - 1), '区' | '市' | '町' | '村') {
            run = district;
            while run > 0 && at - run < REACH && is_han(reader.c(run - 1)) {
                run -= 1;
            }
        }
    }
    let rank = (run + 1..at).find(|i| "都道府県市区郡町村".contains(reader.c(*i)))?;
    let mut start = run;
    for i in run..rank {
        let lead = matches!(reader.c(i), 'の' | '所' | '先' | '宅' | '址' | 'ー');
        if lead && i + 1 < rank {
            start = i + 1;
        }
    }
    let end = blocks(reader, at);
    (end > digits + 1 && at - start >= 3).then(|| (start, building(reader, end)))
}

/// Behind `3-15`, `1丁目2番3号`.
fn blocks(reader: &Reader<'_>, at: usize) -> usize {
    let mut end = reader.digits(at);
    loop {
        let mut next = end;
        while "丁目番地号室条東西南北の-ー".contains(reader.c(next)) && next - end < 3 {
            next += 1;
        }
        if reader.is_digit(next) && next > end {
            end = reader.digits(next);
            continue;
        }
        while matches!(reader.c(end), '丁' | '目' | '番' | '地' | '号' | '室') {
            end += 1;
        }
        return end;
    }
}

/// Behind the name of a house with the number of a flat: " コーポ青葉203".
fn building(reader: &Reader<'_>, at: usize) -> usize {
    let name = at + usize::from(reader.c(at) == ' ');
    let mut next = name;
    while next - name < 16
        && (is_han(reader.c(next))
            || matches!(reader.c(next), '\u{30a1}'..='\u{30fe}')
            || reader.is_letter(next)
            || reader.c(next) == ' ')
    {
        next += 1;
    }
    let mut end = reader.digits(next);
    if next == name
        || end == next
        || end - next > 4
        || reader.c(end) == '円'
        || reader.c(end) == ':'
        || matches!(reader.c(end), '時' | '月' | '日')
    {
        return at;
    }
    while matches!(reader.c(end), '号' | '室' | '階' | 'f') {
        end += 1;
    }
    end
}

/// Provinces and large towns of Korea without the letter of their rank.
const KOREA: [&str; 20] = [
    "서울", "부산", "대구", "인천", "광주", "대전", "울산", "세종", "경기", "강원", "충북", "충남", "전북", "전남",
    "경북", "경남", "제주", "수원", "성남", "고양",
];

/// `서울특별시 마포구 양화로 45, 1203호`
fn korean(reader: &Reader<'_>, at: usize) -> Option<(usize, usize)> {
    let street_end = if reader.c(at - 1) == ' ' { at - 1 } else { at };
    if street_end < 2 || !matches!(reader.c(street_end - 1), '로' | '길' | '동' | '리' | '가') {
        return None;
    }
    let mut start = hangul_start(reader, street_end);
    if street_end - start < 2 {
        return None;
    }
    let mut ranked = 0;
    for _ in 0..5 {
        if start < 3 || reader.c(start - 1) != ' ' {
            break;
        }
        let word = hangul_start(reader, start - 1);
        let length = start - 1 - word;
        let rank = length >= 2 && matches!(reader.c(start - 2), '시' | '도' | '구' | '군' | '읍' | '면' | '동' | '로');
        let known =
            KOREA.iter().any(|name| name.chars().eq(reader.glyphs[word..start - 1].iter().map(|glyph| glyph.c)));
        if !rank && !known {
            break;
        }
        ranked += 1;
        start = word;
    }
    let mut end = reader.digits(at);
    if reader.c(end) == '-' && reader.is_digit(end + 1) {
        end = reader.digits(end + 1);
    }
    // "종로3길 12": the street itself has a number.
    if reader.c(end) == '번' && reader.c(end + 1) == '길' || reader.c(end) == '길' {
        let name = end + if reader.c(end) == '번' { 2 } else { 1 };
        let number = name + usize::from(reader.c(name) == ' ');
        let stop = reader.digits(number);
        if stop == number {
            return None;
        }
        end = stop;
        if reader.c(end) == '-' && reader.is_digit(end + 1) {
            end = reader.digits(end + 1);
        }
    } else if is_hangul(reader.c(end))
        && !matches!(reader.c(end), '번' | '에' | '으' | '로' | '이' | '입' | '인' | '앞' | '호')
    {
        return None;
    }
    (ranked > 0).then(|| (start, rooms(reader, end)))
}

fn hangul_start(reader: &Reader<'_>, end: usize) -> usize {
    let mut start = end;
    while start > 0 && end - start < 12 && (is_hangul(reader.c(start - 1)) || reader.is_digit(start - 1)) {
        start -= 1;
    }
    start
}

/// Behind ", 102동 803호", " 한빛빌 301호", " 3층".
fn rooms(reader: &Reader<'_>, at: usize) -> usize {
    let mut end = at;
    if reader.c(end) == '번' && reader.c(end + 1) == '지' {
        end += 2;
    }
    for _ in 0..4 {
        let mut next = end + usize::from(is_comma(reader.c(end)));
        next += usize::from(reader.c(next) == ' ');
        if next == end {
            break;
        }
        let mut number = next;
        if is_hangul(reader.c(next)) || reader.is_letter(next) {
            while number - next < 12 && (is_hangul(reader.c(number)) || reader.is_letter(number)) {
                number += 1;
            }
            number += usize::from(reader.c(number) == ' ');
        }
        let digits = reader.digits(number);
        let mut stop = digits;
        if reader.c(stop) == '-' && reader.is_digit(stop + 1) {
            stop = reader.digits(stop + 1);
        }
        let room = digits > number && matches!(reader.c(stop), '동' | '호' | '층');
        if !room {
            break;
        }
        end = stop + 1 + usize::from(reader.c(stop) == '호' && reader.c(stop + 1) == '실');
    }
    end
}
