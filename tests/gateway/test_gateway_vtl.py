"""The template language: directives, expressions, and the methods of strings, lists and maps."""

from copy import deepcopy
from typing import Any

import pytest

from fixtures.gateway.vtl import budget as limits
from fixtures.gateway.vtl.budget import Budget
from fixtures.gateway.vtl.failure import TemplateFailureError
from fixtures.gateway.vtl.template import Template

PAIR = "\U0001f600"
VARIABLES: dict[str, Any] = {
    "s": "a,b,,c,,",
    "n": 7,
    "d": 2.5,
    "t": True,
    "list": [1, "two", None, {"a": [1.5, True]}],
    "map": {"key": "value", "other": None},
    "face": f"x{PAIR}y",
}


def rendered(template: str) -> str:
    return Template(template).render(deepcopy(VARIABLES), Budget())


def failure(template: str) -> str:
    with pytest.raises(TemplateFailureError) as caught:
        rendered(template)
    return str(caught.value)


@pytest.mark.parametrize(
    ("template", "output"),
    [
        # Escapes: "\$email" renders as "$email", "\\$email" as "\" and the value.
        (r"\$n \\$n \\\$n \$ \# \x", r"$n \7 \$n \$ \# \x"),
        (r"\#set($n) \\#if(true)y#end", r"#set(7) \y"),
        # Text that looks like a reference or a directive, and is neither.
        ("$ $5 # #5 #unknown #unknown($n, 'x') a#b $.x",
         "$ $5 # #5 #unknown #unknown($n, 'x') a#b $.x"),
        ("#unknown(name, $n)", "#unknown(name, $n)"),
        ("$n.( ${n}x $!n $!{n} $nothing $!nothing", "7.( 7x 7 7  "),
        # Comments, and text that is not parsed.
        ("a## to the end\nb#* over\nlines *#c#[[ $n #set ]]#d#* open", "abc $n #set d"),
        # White space goes behind a directive up to the end of its line, and before #set.
        ("#if(true)  \n  x\n#end\ny", "  x\ny"),
        ("$n\n  #set($x = 1)\nb  #set($x = 2)c", "7\n  b  c"),
        ("  #set($x = 1)\n$x", "1"),
        ("#if(false)a#elseif($t)b#{else}c#end", "b"),
        ("#if(false)a#elseif(false)b#else\nc#end", "c"),
        ("#if(false)a#end", ""),
        ("#foreach($x in [1..3])$x$foreach.index$foreach.count#if($foreach.hasNext),#end#end",
         "101,212,323"),
        ("#foreach($x in [1..3])$velocityCount#if($velocityHasNext)-#end#end", "1-2-3"),
        ("#foreach($x in [3..1])#if($foreach.first)<#end$x#if($foreach.last)>#end#end", "<321>"),
        ("#foreach($x in [1..2])#foreach($y in [1..2])$foreach.parent.count$y #end#end",
         "11 12 21 22 "),
        ("#foreach($x in [1..9])#if($x == 3)#break#end$x#end$!x$!foreach", "12"),
        ("#foreach($x in $map)[$x]#end#foreach($x in $map.keySet())$x #end",
         "[value][]key other "),
        ("#foreach($x in 'text')$x#end#foreach($x in $nothing)$x#end", ""),
        ("#foreach($e in $map.entrySet())$e.key=$e.getValue() #end$map.entrySet()",
         "key=value other= [key=value, other=null]"),
        ("#define($block)<$n>#break x#end$block$block", "<7><7>"),
        ("#define($again)$again.#end$again", "$again.."),
        ("#define($b)x#end#if($b == 'x')same#end $b.y", "same "),
        ("a#stop b", "a"),
        ("a#stop('why') b", "a"),
        ("a#break()b", "a"),
        # What a condition takes for true.
        ("#if($nothing)y#end#if($t)y#end#if('text')n#end#if(!$t)n#end#if(not false)y#end",
         "yyy"),
        ("#if(1 == 1 && 'a' == 'a' || false)y#end#if(true and false or true)y#end", "yy"),
        ("#if($n > 6 && $n >= 7 && $n < 8 && $n <= 7 && $n != 8)y#end", "y"),
        ("#if($n gt 7 or $n lt 7 || 7 > 7)n#end#if($n ge 7 and $n le 7)y#end", "y"),
        ("#if('a' < 'b')n#end#if($n eq 7.0)y#end#if($n ne 7)n#end", "y"),
        ("#if('7' == $n)y#end#if($list == [1])n#end", "y"),
        ("#if([1, {'a': 2}] == [1, {'a': 2}])y#end#if([1] == [2])n#end", "y"),
        ("#if({'a': 1} == {'b': 1})n#end#if({'a': 1} == {})n#end", ""),
        ("#if($map.other == $nothing)y#end#if($list.get(2) == '')y#end", "yy"),
        # Arithmetic: integers are divided towards 0, and what has no result changes nothing.
        ("#set($x = (1 + 2) * 3 - 4 / 2 % 5)$x", "7"),
        ("#set($x = -7 / 2)$x|#set($x = -7 % 3)$x|#set($x = 7 % -3)$x|#set($x = 7 / -2)$x",
         "-3|-1|1|-3"),
        ("#set($x = 1)#set($x = 1 / 0)#set($x = 1 % 0)#set($x = 'a' * 2)$x", "1"),
        ("#set($x = 1)#set($x = $nothing.a - 1)$x", "1"),
        ("#set($x = 5 -3)", None),
        ("#set($x = 7.5 / 2)$x|#set($x = 7.5 % 2)$x|#set($x = 1.0)$x|#set($x = 2 - 3)$x",
         "3.75|1.5|1.0|-1"),
        ("#set($x = 1e10)$x|#set($x = 1.5e-7)$x|#set($x = -0.0)$x|#set($x = 123456789.0)$x",
         "1.0E10|1.5E-7|-0.0|1.23456789E8"),
        ("#set($x = 1e308)#set($x = $x * 10)$x|#set($y = 0 - $x)$y", "Infinity|-Infinity"),
        ("#set($x = 1e308 * 10)#set($z = $x - $x)$z|#set($z = $x % 2)$z", "NaN|NaN"),
        ("#set($x = 'a' + 1 + $t + $nothing)$x", "a1true"),
        ("#set($x = [1, 'a', $n])$x|#set($x = [])$x", "[1, a, 7]|[]"),
        ("#set($x = {'k': [1], 'l': {}})$x|#set($x = {})$x", "{k=[1], l={}}|{}"),
        ("#set($x = ['a'..3])$!x", ""),
        ('#set($x = "n is $n, ""quoted"" \\u0041")$x', 'n is 7, "quoted" A'),
        ("#set($y = 'it''s $n')$y", "it's $n"),
        # Members and elements.
        ("$list[0] $list[-1] $list.get(1) $map['key'] $map.key $map.get('key') $list[1].length()",
         "1 {a=[1.5,true]} two value value value 3"),
        ("#set($list[0] = 'x')#set($list[-1] = 'z')$list[0]$list[3]", "xz"),
        ("#set($map.new = 1)#set($map['k'] = 2)$map.new$map.k", "12"),
        ("#set($n.x = 1)#set($list.x = 1)#set($n[0] = 1)#set($map.get('a') = 1)$n $list.size()",
         "7 4"),
        ("$s.indexOf(word) $s.concat(true)", " "),
        ("$list", '[1,"two",null,{"a":[1.5,true]}]'),
        ("$map $list.get(3)", "{key=value, other=null} {a=[1.5,true]}"),
        ("#set($x = [[$n, 'a'], $map])$x", "[[7, a], {key=value, other=null}]"),
        ("#set($y = $list.add([1, 'q']))$list.get(4) $list",
         '[1, q] [1,"two",null,{"a":[1.5,true]},[1,"q"]]'),
        ("#set($list[0] = $map.entrySet())#set($list[1] = $map.keySet())$list",
         '[["key=value","other=null"],["key","other"],null,{"a":[1.5,true]}]'),
        ("$n.foo() $n.foo $s.foo(1) $nothing.foo.bar() $s.length", "    "),
        ("$s.indexOf(1) $s.substring('x') $n.length()", "  "),
    ],
)  # fmt: skip
def test_the_language_is_velocitys(template: str, output: str | None) -> None:
    if output is None:
        assert failure(template)
    else:
        assert rendered(template) == output


@pytest.mark.parametrize(
    ("call", "output"),
    [
        ("$s.length()", "8"), ("$s.isEmpty()", "false"), ("$s.charAt(2)", "b"),
        ("$s.substring(5)", "c,,"), ("$s.substring(2, 4)", "b,"), ("$s.substring(8)", ""),
        ("$s.indexOf('b') $s.indexOf(',', 2) $s.indexOf('x') $s.indexOf('a', -5)", "2 3 -1 0"),
        ("$s.lastIndexOf(',')", "7"), ("$s.contains('b,') $s.contains('x')", "true false"),
        ("$s.startsWith('a') $s.endsWith('a')", "true false"),
        ("$s.equals('a') $n.equals(7) $n.equals(7.0)", "false true false"),
        ("$s.equalsIgnoreCase('A,B,,C,,')", "true"),
        ("$s.compareTo('a') $s.compareTo('b') $s.compareTo($s)", "7 -1 0"),
        ("#set($x = 'hé')$x.indexOf('é') $x.length()", "1 2"),
        ("$s.concat('!')", "a,b,,c,,!"), ("$s.replace(',', '')", "abc"),
        ("$s.toUpperCase() $s.toLowerCase()", "A,B,,C,, a,b,,c,,"),
        ("[#set($x = '  a b ')$x.trim()]", "[a b]"),
        ("$s.toString() $n.toString() $list.toString() $t.toString()",
         'a,b,,c,, 7 [1,"two",null,{"a":[1.5,true]}] true'),
        # Places count UTF-16 code units, as in Java.
        ("$face.length() $face.indexOf('y') $face.lastIndexOf('y') $face.substring(3)", "4 3 3 y"),
        ("$face.concat('é').indexOf('é')", "4"),
        (f"$face.substring(1, 3) $face.compareTo('x') $face.compareTo('x{PAIR}z')", f"{PAIR} 3 -1"),
        # Regular expressions.
        ("$s.split(',')", "[a, b, , c]"), ("$s.split(',', 2)", "[a, b,,c,,]"),
        ("$s.split(',', -1)", "[a, b, , c, , ]"), ("$s.split('')", "[a, ,, b, ,, ,, c, ,, ,]"),
        ("$s.split('x') $s.split(',').size()", "[a,b,,c,,] 4"),
        ("$s.replaceAll('[bc]+', '<$0>')", "a,<b>,,<c>,,"),
        ("$s.replaceAll('(a)|(b)', '[$1$2]')", "[a],[b],,c,,"),
        ("$s.replaceAll(',+', '\\$\\,')", "a$,b$,c$,"),
        ("$s.replaceFirst(',', ';')", "a;b,,c,,"), ("$s.replaceAll('^|$', '|')", "|a,b,,c,,|"),
        ("$s.replaceAll('[a-c&&[^b]]', '')", ",b,,,,"),
        ("$s.matches('a.*') $s.matches('a') $s.matches('x|a.*') $s.matches('.*,')",
         "true false true true"),
        # Numbers: static methods are called on any number.
        ("$n.parseInt('-12') $n.valueOf('+5') $d.parseDouble(' 1.50 ') $d.valueOf('1e3')",
         "-12 5 1.5 1000.0"),
        ("$d.intValue() $d.longValue() $n.doubleValue()", "2 2 7.0"),
        ("#set($x = 1e308 * 10)$x.longValue()|$x.intValue()|#set($y = $x - $x)$y.intValue()",
         "9223372036854775807|2147483647|0"),
        # Lists. A method's result is printed, also where Java returns nothing: as nothing.
        ("$list.size() $list.isEmpty() $list.contains('two') $list.contains('x')",
         "4 false true false"),
        ("$list.indexOf('two') $list.indexOf('x') $list.get(0)", "1 -1 1"),
        ("$list.set(0, 'x') $list.add('y') $list.add(0, 'z')$list.get(0)$list.get(1)", "1 true zx"),
        ("$list.addAll(['p']) $list.addAll([]) $list.get(4)", "true false p"),
        ("$list.remove(0) $list.remove('two') $list.remove('x') $list.size()", "1 true false 2"),
        ("$list.clear()$list $list.toArray()", "[] []"),
        # Maps.
        ("$map.size() $map.isEmpty() $map.containsKey('other') $map.containsValue('value')",
         "2 false true true"),
        ("$map.put('key', 1) $map.put('x', 2) $map.key$map.x", "value  12"),
        ("$map.putAll({'p': 1})$map.p $map.remove('p') $map.remove('q')$map.size()", "1 1 2"),
        ("$map.keySet() $map.values() $map.keySet().size() $map.keySet().contains('key')",
         "[key, other] [value, null] 2 true"),
        ("$map.values().toArray() $map.clear()$map $map.isEmpty()", "[value, null] {} true"),
    ],
)  # fmt: skip
def test_a_method_does_what_javas_does(call: str, output: str) -> None:
    assert rendered(call) == output


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("#end", "#end without a beginning in line 1"),
        ("\n\n#else", "#else without a beginning in line 3"),
        ("#if(true)", "#end is missing behind #if"),
        ("#if(true)#else", "#end is missing behind #else"),
        ("#foreach($x in [1])", "#end is missing behind #foreach"),
        ("#foreach($x [1])#end", "#foreach without in"),
        ("#foreach(x in [1])#end", "#foreach needs a variable"),
        ("#foreach($x.y in [1])#end", "#foreach needs a variable"),
        ("#set", "( is missing behind #set"),
        ("#set(x = 1)", "#set needs a reference"),
        ("#set($x 1)", "= is missing"),
        ("#set($x = )", "an expression is missing"),
        ("#set($x = 'open)", "an expression is missing"),
        ("#set($x = [1)", "] is missing"),
        ("#set($x = {'a' 1})", ": is missing"),
        ("#set($x = (1)", ") is missing"),
        ("${n", "} is missing"),
        ("$list[", "an expression is missing"),
        ("#[[ open", "]]# is missing"),
        ('#set($x = "\\u00")$x', "\\u without four digits"),
        ("#evaluate('x')", "#evaluate is not supported by API Gateway"),
        ("#set($x = %s)" % ("9" * 2000), "too long a number"),
        (f"#set($x = {'(' * 99}1", "more than 40 levels"),
        ("#set($x = %strue)" % ("!" * 99), "more than 40 levels"),
    ],
)  # fmt: skip
def test_what_cannot_be_parsed_fails_with_the_reason_and_the_line(
    template: str, reason: str
) -> None:
    assert failure(template).startswith(reason)


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("$list.get(9)", "index 9 of a list of 4"),
        ("$list.get(-1)", "index -1 of a list of 4"),
        ("$list.add(9, 'x')", "index 9 of a list of 4"),
        ("$s.substring(9)", "substring 9 to 8 of 8 characters"),
        ("$s.charAt(-1)", "substring -1 to 0 of 8 characters"),
        ("$n.parseInt('x')", "'x' is not an integer"),
        ("$n.parseInt('2147483648')", "'2147483648' is not an integer"),
        ("$d.parseDouble('one')", "'one' is not a number"),
        ("$s.replaceAll('(', '')", "the pattern '('"),
        ("$s.replaceAll('(?R)', '')", "the pattern '(?R)' is not one of Java's"),
        ("$s.replaceAll('a', '$1')", "a replacement without a group $1"),
        ("$s.replaceAll('a', '$')", "a replacement without a group $"),
        ("$s.replaceAll('a', 'x\\')", "a replacement that ends with a backslash"),
        ("#set($x = {$list: 1})", "a key of a map is itself a list or a map"),
        ("$map.get($map)", "a key of a map is itself a list or a map"),
        ("#foreach($x in $list)$list.add(1)#end", "what #foreach iterates over was changed"),
        ("#foreach($x in [1..1001])x#end", "more than 1,000 iterations"),
        ("#set($x = [1..300001])", "the template takes more than 300,000 steps"),
        ("$list.add($list)$list", "a value is nested more than 200 deep"),
        ("$list.add($list)#set($m = [$list])$m", "a value is nested more than 200 deep"),
        ("$list.add($list)#if($list == $list)#end", "a value is nested more than 200 deep"),
        ("#set($y = 9)#foreach($i in [1..40])#set($y = $y * $y)#end", "an integer of more than"),
        ("#set($y = 9)#foreach($i in [1..9])#set($y = $y * $y)#end#set($z = $y * 1.5)$z",
         "int too large"),
    ],
)  # fmt: skip
def test_what_cannot_be_evaluated_fails_with_the_reason(template: str, reason: str) -> None:
    assert failure(template).startswith(reason)


def test_a_pattern_gives_up_when_the_time_of_its_rendering_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MATCHING_SECONDS", 0.01)
    slow = "#set($a = '%s')$a.matches('(a|aa)+b')" % ("a" * 5000)
    assert failure(slow).endswith("takes too long")


def test_a_text_that_becomes_too_long_fails_before_it_is_made() -> None:
    double = "#set($x = '0123456789')#foreach($i in [1..30])#set($x = $x.concat($x))#end"
    assert failure(double) == "the template makes more than 16,777,216 characters"
    copies = "#set($x = '0123456789')#foreach($i in [1..30])#set($x = \"$x$x\")#end"
    assert failure(copies) == "the template makes more than 16,777,216 characters"
    grown = "#set($x = 'ab')#foreach($i in [1..30])#set($x = $x.replace('a', 'aaaa'))#end"
    assert failure(grown) == "the template makes more than 16,777,216 characters"
