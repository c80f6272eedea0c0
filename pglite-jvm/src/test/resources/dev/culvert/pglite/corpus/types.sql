-- one statement a line; both sides get the same, in this order
select 1 + 1, 7 / 2, -7 / 2, 7 % -3, 2 ^ 10, |/ 2.0, @ -5, 5 & 3, 5 | 3, 5 # 3, ~5, 1 << 4
select 32767::int2 + 1::int2
select 9223372036854775807 + 1
select (-2147483648)::int4 / -1
select 1e308 * 10, 1e-320, 'Infinity'::float8 - 'Infinity'::float8
select 1e308::float8 * 10::float8
select 0.1::float4, 0.1::float8, 1.0::float8 / 3, 1e15::float8, 1e16::float8, 123456789012345678::float8
select sin(1), cos(1), tan(1), asin(0.5), acos(0.5), atan2(1, 2), sinh(1), cosh(1), tanh(1), exp(1), ln(2), log(2, 10)
select cbrt(27), ceil(-1.5), floor(-1.5), round(2.5), round(-2.5), round(2.5::float8), trunc(-1.7), sign(-3.2), degrees(pi()), erf(0.5), gamma(5.5)
select 1::numeric / 3, 2::numeric ^ 0.5, exp(1::numeric), ln(10::numeric), sqrt(2::numeric), 10::numeric ^ -20, 1e-20::numeric * 1e20
select 123456789.123456789::numeric(20, 4), round(1.005, 2), div(17, 5), mod(-17, 5), gcd(12, 18), lcm(4, 6), factorial(25)
select 'NaN'::numeric, 'Infinity'::numeric, 'NaN'::numeric = 'NaN'::numeric, width_bucket(5.35, 0.024, 10.06, 5), scale(1.10), trim_scale(1.10)
select 0x1F, 0o17, 0b101, 1_000_000
select 'abc' || 1 || null, concat('a', null, 1, true), length('äöü'), octet_length('äöü'), reverse('abc'), upper('straße'), initcap('hello world')
select substring('hello' from 2 for 3), overlay('hello' placing 'XX' from 2 for 2), position('l' in 'hello'), trim(both 'x' from 'xxhixx'), lpad('7', 3, '0'), rpad('7', 3, '*'), split_part('a,b,c', ',', 2), strpos('high', 'ig'), translate('12345', '143', 'ax'), repeat('ab', 3)
select format('%s %I %L %% %1$s', 'a b', 'C d', 'it''s'), quote_ident('Tab'), quote_literal(E'a\\b'), quote_nullable(null), to_hex(255), ascii('€'), chr(8364), md5('a'), sha512('a')
select 'abc' like 'a%', 'abc' similar to '(a|b)%', 'abc' ~ '^a.c$', 'ABC' ~* 'abc', regexp_match('foobarbequebaz', '(bar)(beque)'), regexp_replace('abc', '(b)', '[\1]', 'g'), regexp_split_to_array('a1b22c', '[0-9]+'), regexp_count('aaa', 'a'), regexp_substr('abc123', '[0-9]+')
select string_to_array('a,b,,c', ',', ''), array_to_string(array[1, null, 3], ',', '*'), unistr('\0061\+01F600'), normalize('é', nfd) = 'é', starts_with('abc', 'ab'), casefold('ÀB')
select E'\\x00ff'::bytea, 'a\000b'::bytea, encode('\xdeadbeef', 'base64'), decode('3q2+7w==', 'base64'), get_byte('\x1234', 1), set_bit('\x00', 3, 1), crc32('abc'), crc32c('abc'), bit_count('\xff')
select b'1010' & b'0110', b'1' || b'01', x'1F'::bit(8), length(b'101'), 5::bit(4), b'1010'::int
select true and null, false or null, not null, null is true, true > false, bool_and(x), bool_or(x) from (values (true), (null), (false)) v(x)
select date '2024-02-29' + 365, date '2024-03-01' - date '2024-02-01', '2024-01-31'::date + interval '1 month', age(timestamp '2024-03-01', timestamp '2023-01-15 10:00')
select timestamp '2024-05-06 07:08:09.123456', timestamptz '2024-05-06 07:08:09+05:30', timestamptz '2024-05-06 07:08:09 America/New_York', time '12:34:56.789', timetz '12:00+02', interval '1 year 2 months 3 days 04:05:06.7'
select extract(epoch from timestamp '2024-01-01'), extract(isodow from date '2024-01-07'), extract(week from date '2024-12-30'), date_part('doy', date '2024-12-31'), date_trunc('quarter', timestamp '2024-05-06 07:08'), date_bin('15 min', timestamp '2024-05-06 07:08', timestamp '2024-01-01')
select to_char(timestamp '2024-05-06 17:08:09', 'Day, DD Mon YYYY HH12:MI:SS AM TZ Q WW IYYY-IW J'), to_char(-1234.5, 'S9G999D99PR'), to_char(485, 'RN'), to_char(0.00012, '9.99EEEE'), to_date('06 May 2024', 'DD Mon YYYY'), to_timestamp(1e9), to_number('1,234.5', '9G999D9')
select timestamp '2024-07-01 12:00' at time zone 'Europe/Berlin', timestamptz '2024-01-01 00:00Z' at time zone 'Asia/Kolkata', make_interval(hours => 5), justify_interval('35 days 25 hours'), timestamp 'infinity', date '-infinity', '4714-11-24 BC'::date, '294276-12-31'::timestamp
set time zone 'America/Sao_Paulo'
select timestamptz '2018-11-04 03:30Z', timestamptz '2018-11-03 22:00Z', now() is not null, timestamp '2018-11-04 00:30'::timestamptz
set datestyle to 'german, dmy'
select date '31.12.2024', timestamptz '2024-07-01 12:00Z', interval '-1 day 2:03'
reset time zone
reset datestyle
set intervalstyle to 'iso_8601'
select interval '1 year 2 months -3 days 04:05:06.7', interval '0'
reset intervalstyle
select array[1, 2, 3] || 4, array[[1, 2], [3, 4]][2][1], '{1,NULL,"a b"}'::text[], array_length(array[[1, 2]], 2), '[2:4]={1,2,3}'::int[], array_position(array['a', 'b'], 'b'), array[1, 2] @> array[2], array[1] && array[2], array_remove(array[1, 2, 1], 1), (array[1, 2, 3, 4])[2:3], cardinality(array[]::int[])
select array_agg(x order by x desc), string_agg(x::text, ',' order by x), json_agg(x), jsonb_object_agg(x, x * 2), percentile_cont(0.5) within group (order by x), mode() within group (order by x), corr(x, x * 2), stddev(x), var_pop(x), regr_slope(x, x), bit_xor(x) from generate_series(1, 5) x
select array_shuffle(array[1]), array_sample(array[1], 1), array_sort(array[3, 1, 2]), array_reverse(array[1, 2, 3])
select row(1, 'a', null), (row(1, 2)).f1, row(1, 2) < row(1, 3), row(1, null) is null, row(null, null) is null
select '{"a": [1, {"b": null}], "c": "d\u00e9"}'::json, '{"b": 1, "a": 2, "b": 3}'::jsonb, '{"a": {"b": 1}}'::jsonb #>> '{a,b}', '[1,2,3]'::jsonb - 1, '{"a": 1}'::jsonb || '{"b": 2}', '{"a": 1}'::jsonb ? 'a', jsonb_set('{"a": 1}', '{a}', '2'), jsonb_pretty('{"a": [1, 2]}')
select jsonb_path_query_array('{"a": [1, 2, 3, 4]}', '$.a[*] ? (@ > 2)'), jsonb_path_exists('{"a": 1}', 'strict $.b', silent => true), '"2024-01-01"'::jsonb @@ '$.datetime() > "2023-01-01".datetime()', json_value('{"a": 1}', '$.a' returning int), json_query('{"a": [1]}', '$.a'), json_exists('{"a": 1}', '$.a'), is_json from (select '{}' is json object as is_json) s
select * from json_table('[{"a": 1, "b": "x"}, {"a": 2}]', '$[*]' columns (n for ordinality, a int path '$.a', b text path '$.b' default 'none' on empty))
select * from jsonb_to_recordset('[{"a": 1, "b": "foo"}, {"a": "2"}]') as x(a int, b text), jsonb_each_text('{"k": null}') e
select '{bad'::json
select xmlelement(name a, xmlattributes(1 as b), 'c<d'), xmlforest(1 as x, 'y' as z), xpath('/a/b/text()', '<a><b>1</b></a>')
select int4range(1, 5), '[1,5]'::int4range, numrange(1.1, 2.2, '[]') * numrange(2, 3), '{[1,3),[5,7)}'::int4multirange + '{[2,6)}', lower(int8range(3, 9)), upper_inf('[1,)'::int4range), range_agg(x) from (values (int4range(1, 3)), (int4range(2, 5))) v(x)
select '192.168.1.0/24'::cidr >> '192.168.1.5'::inet, host('10.1.2.3/8'), broadcast('10.1.2.3/8'), '::1'::inet, inet '10.0.0.1' + 255, '08:00:2b:01:02:03'::macaddr, macaddr8 '08-00-2b-01-02-03-04-05'
select point(1, 2), box '((0,0),(2,2))' && box '((1,1),(3,3))', circle '<(0,0),1>', area(circle '<(0,0),2>'), lseg '[(0,0),(1,1)]' ?-| lseg '[(0,1),(1,0)]', polygon '((0,0),(1,1),(1,0))' @> point(0.8, 0.2), path '[(0,0),(1,1)]', line '{1,-1,0}', point(1, 2) <-> line '{1,-1,0}'
select 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, uuid_extract_version('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), '12.34'::money * 2, '$1,000.00'::money::numeric, 'pg_class'::regclass, 'int4'::regtype, 'now'::regproc, 1::oid, '(1,2)'::tid, '16/B374D848'::pg_lsn - '16/B374D840'
select to_tsvector('english', 'The Fat Rats sat on the mat, 3.14 www.example.org user@example.org'), to_tsquery('english', 'fat & (rat | !cat)'), ts_rank(to_tsvector('fat cat'), 'fat & cat'), ts_headline('english', 'The fat cat', to_tsquery('cat')), phraseto_tsquery('english', 'the fat rat'), websearch_to_tsquery('"a b" -c or d'), to_tsvector('simple', 'a b') @@ 'a & b'
select to_tsvector('german', 'Die Bücher der Mädchen'), to_tsvector('french', 'les chevaux mangeaient'), to_tsvector('russian', 'кошки бегали'), to_tsvector('arabic', 'الكتب'), to_tsvector('turkish', 'kitapları'), ts_lexize('english_stem', 'stars'), numnode('a & b'::tsquery), 'a:1A b:2'::tsvector, setweight('a:1'::tsvector, 'B')
select cast(null as int), coalesce(null, 2), nullif(1, 1), greatest(1, null, 3), least('b', 'a'), case when 1 = 1 then 'x' else 'y' end, case 3 when 1 then 'one' end
select pg_typeof(1), pg_typeof(1.0), pg_typeof('a'), pg_typeof(array[1]), pg_column_size(1::int8), format_type(1043, 14)
