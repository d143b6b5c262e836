#include "wire/fact_reader.h"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "wire/feel_json.h"

namespace yinuo::wire {
namespace {

class OneZone : public Zones {
public:
    const Zone* find(std::string_view name) override {
        return name == "Asia/Shanghai" ? &east_ : nullptr;
    }

private:
    Zone east_ = Zone::fixed(8 * 3600);
};

struct Reading {
    Arena memory;
    OneZone zones;
    Result<std::vector<ReadFact>> facts;

    explicit Reading(std::string_view text, FactFormat format = FactFormat::Document,
                     std::size_t facts_max = 1'000)
        : facts(read_fact_list(text, format, {.facts_max = facts_max, .zones = &zones}, memory)) {}

    const ReportedFact& only() const {
        REQUIRE(facts.has_value());
        REQUIRE(facts->size() == 1);
        for (const FactError& error : facts->front().errors)
            FAIL(error.pointer << " " << error.error.code);
        return facts->front().fact;
    }
};

std::string as_json(std::span<const ReportedField> fields) {
    std::string out;
    for (const ReportedField& field : fields) {
        out += std::string(field.name) + '=';
        append_feel(out, field.value, FeelSpelling::Typed);
        out += ' ';
    }
    return out;
}

// The required members and `more`.
std::string with(std::string_view more) {
    return R"({"kind":"order.placed","subject":"order/4711","at":"2026-03-10T08:00:00+08:00",)" +
           std::string(more) + "}";
}

// "pointer code" of every error, one after the other.
std::string errors_of(const ReadFact& fact) {
    std::string text;
    for (const FactError& error : fact.errors) {
        CHECK_FALSE(error.error.what.zh.empty());
        CHECK_FALSE(error.error.what.en.empty());
        CHECK(error.error.mend.zh.empty() == error.error.mend.en.empty());
        if (!text.empty()) text += "; ";
        text += error.pointer + " " + error.error.code;
    }
    return text;
}

// As the pages show it: "code at /pointer: what is wrong. what would be right".
std::string messages(const Reading& reading, bool chinese) {
    std::string text;
    for (const ReadFact& fact : *reading.facts)
        for (const auto& [pointer, error] : fact.errors) {
            text += error.code + (pointer.empty() ? "" : " at " + pointer) + ": ";
            text += error.what.in(chinese);
            if (!error.mend.en.empty()) text += (chinese ? "。" : ". ") + error.mend.in(chinese);
            text += '\n';
        }
    return text;
}

}  // namespace

TEST_CASE("a fact is read with everything it says") {
    const Reading reading(R"({"id":"e-17","kind":"order.placed","subject":"order/4711",
        "at":"2026-03-10T08:00:00.250+08:00","customer":"C-1001","sequence":7,"change":"correct",
        "fields":{"amount":12.50,"area":"城区","vip":true,"note":null,"lines":[1,"a"],
                  "address":{"city":"杭州","zip":310000}},
        "personal":{"phone":"13800000000"}})");
    const ReportedFact& fact = reading.only();
    CHECK(fact.id == "e-17");
    CHECK(fact.kind == "order.placed");
    CHECK(fact.subject == "order/4711");
    CHECK(fact.customer == "C-1001");
    CHECK(to_string(fact.at) == "2026-03-10T00:00:00.250Z");
    CHECK(fact.sequence == 7);
    CHECK(fact.change == promise::Change::Correct);
    CHECK(as_json(fact.fields) ==
          R"(amount={"num":"12.50"} area="城区" vip=true note=null lines=[{"num":"1"},"a"] )"
          R"(address={"ctx":{"city":"杭州","zip":{"num":"310000"}}} )");
    CHECK(as_json(fact.personal) == "phone=\"13800000000\" ");
}

TEST_CASE("what may be left out has its plain meaning") {
    const Reading reading(
        R"({"kind":"k","subject":"s","at":"1970-01-01T00:00:00Z","id":null,"fields":null})");
    const ReportedFact& fact = reading.only();
    CHECK(fact.id.empty());
    CHECK(fact.customer.empty());
    CHECK(fact.sequence == 0);
    CHECK(fact.change == promise::Change::Report);
    CHECK(fact.fields.empty());
    CHECK(fact.personal.empty());
}

TEST_CASE("a string that is a whole timestamp is a date and time, any other a text") {
    const Reading reading(
        with(R"("fields":{"a":"2026-03-10T08:00:00+08:00","b":"2026-03-10T08:00:00Z",
        "c":"2026-03-10T08:00:00.123456Z","d":"2026-03-10","e":"2026-03-10T08:00:00","f":" 2026-03-10T08:00:00Z",
        "g":"2026-03-10 08:00:00Z","h":"2026-03-10T08:00:00.Z","i":"2026-03-10T08:00:00+0800"})"));
    CHECK(as_json(reading.only().fields) ==
          R"(a={"datetime":"2026-03-10T08:00:00+08:00"} b={"datetime":"2026-03-10T08:00:00Z"} )"
          R"(c={"datetime":"2026-03-10T08:00:00.123456Z"} d="2026-03-10" e="2026-03-10T08:00:00" )"
          R"(f=" 2026-03-10T08:00:00Z" g="2026-03-10 08:00:00Z" h="2026-03-10T08:00:00.Z" )"
          R"(i="2026-03-10T08:00:00+0800" )");
}

TEST_CASE("the typed spelling loses nothing") {
    const Reading reading(with(
        R"("fields":{"n":{"num":"12.30"},"d":{"date":"2026-01-02"},"t":{"time":"08:30:00"},
        "m":{"datetime":"2026-01-02T08:30:00@Asia/Shanghai"},"p":{"duration":"PT2H"},
        "y":{"duration":"P1Y2M"},"c":{"ctx":{"date":"no date at all"}},"x":{"date":1,"other":2}})"));
    CHECK(
        as_json(reading.only().fields) ==
        R"(n={"num":"12.30"} d={"date":"2026-01-02"} t={"time":"08:30:00"} )"
        R"(m={"datetime":"2026-01-02T08:30:00@)" +
            std::string(Zone::fixed(8 * 3600).name()) +
            R"("} p={"duration":"PT2H"} y={"duration":"P1Y2M"} )"
            R"(c={"ctx":{"date":"no date at all"}} x={"ctx":{"date":{"num":"1"},"other":{"num":"2"}}} )");
}

TEST_CASE("a CloudEvents event is a fact, its id that of its source") {
    const Reading reading(R"({"specversion":"1.0","id":"17","source":"/crm/orders",
        "type":"order.placed","subject":"order/4711","time":"2026-03-10T00:00:00Z",
        "datacontenttype":"application/json; charset=utf-8","dataschema":"https://example.com/order",
        "traceparent":"00-0af7","customer":"C-1001","sequence":"12","data":{"amount":3}})");
    const ReportedFact& fact = reading.only();
    CHECK(fact.id == "/crm/orders 17");
    CHECK(fact.kind == "order.placed");
    CHECK(fact.subject == "order/4711");
    CHECK(fact.customer == "C-1001");
    CHECK(fact.sequence == 12);
    CHECK(to_string(fact.at) == "2026-03-10T00:00:00Z");
    CHECK(as_json(fact.fields) == "amount={\"num\":\"3\"} ");
}

TEST_CASE("facts come as one, as an array, or line by line") {
    const std::string one = with(R"("sequence":1)");
    CHECK(Reading(one).facts->size() == 1);
    CHECK(Reading("[]").facts->empty());
    CHECK(Reading("[" + one + "," + one + "]").facts->size() == 2);
    const Reading lines("\n" + one + "\r\n  \t\n{broken\n" + one + "\n[1]", FactFormat::Lines);
    REQUIRE(lines.facts->size() == 4);
    const auto& facts = *lines.facts;
    CHECK(facts[0].line == 2);
    CHECK(facts[0].errors.empty());
    CHECK(facts[1].line == 4);
    CHECK(errors_of(facts[1]) == " bad-json");
    CHECK(facts[1].errors[0].error.place.line == 4);
    CHECK(facts[1].errors[0].error.place.column == 2);
    CHECK(facts[2].errors.empty());
    CHECK(errors_of(facts[3]) == " wrong-kind");
    CHECK(facts[3].errors[0].error.place.line == 6);
}

TEST_CASE("a document that is no list of facts is refused as a whole") {
    CHECK(Reading("").facts.error().code == "bad-json");
    CHECK(Reading("[{}").facts.error().code == "bad-json");
    CHECK(Reading("17").facts.error().code == "wrong-kind");
    CHECK(Reading("\"[]\"").facts.error().code == "wrong-kind");
    CHECK(Reading(R"([{"kind":"a","kind":"b"}])").facts.error().code == "duplicate-key");
    CHECK(Reading(std::string(100, '[')).facts.error().code == "too-deep");
    CHECK(Reading("\xFF").facts.error().code == "bad-json");
    const std::string three = "[{},{},{}]";
    CHECK(Reading(three, FactFormat::Document, 3).facts.has_value());
    CHECK(Reading(three, FactFormat::Document, 2).facts.error().code == "too-many-facts");
    CHECK(Reading("{}\n{}\n\n", FactFormat::Lines, 2).facts.has_value());
    CHECK(Reading("{}\n\n{}\n{}", FactFormat::Lines, 2).facts.error().code == "too-many-facts");
}

TEST_CASE("every wrong fact is told where and what") {
    const auto repeat = [](std::string_view text, int times) {
        std::string all;
        for (int i = 0; i < times; ++i) all += text;
        return all;
    };
    const auto many_fields = [](int count) {
        std::string all = "{";
        for (int i = 0; i < count; ++i)
            all += (i == 0 ? "\"f" : ",\"f") + std::to_string(i) + "\":0";
        return all + "}";
    };
    const auto field = [](std::string_view value) {
        return with("\"fields\":{\"x\":" + std::string(value) + "}");
    };
    struct Case {
        std::string text;
        std::string errors;
    };
    const Case cases[] = {
        {"[7]", "/0 wrong-kind"},
        {"[null,{}]", "/0 wrong-kind"},
        {"{}", " missing-key;  missing-key;  missing-key"},
        {R"({"kind":"k","subject":"s"})", " missing-key"},
        {R"({"kind":null,"subject":"s","at":"2026-03-10T08:00:00Z"})", " missing-key"},
        {R"({"kind":"","subject":7,"at":"x"})",
         "/kind empty-value; /subject wrong-kind; /at bad-time"},
        {with(R"("subjct":"x")"), "/subjct unknown-key"},
        {with(R"("a/b~c":1,"type":"x")"), "/a~1b~0c unknown-key; /type unknown-key"},
        {with(R"("id":17)"), "/id wrong-kind"},
        {with(R"("id":"")"), "/id empty-value"},
        {with(R"("id":"a\nb")"), "/id bad-character"},
        {with("\"id\":\"\xC2\x85\""), "/id bad-character"},
        {with(R"("id":" a")"), "/id blank-ends"},
        {with(R"("customer":"a ")"), "/customer blank-ends"},
        {with("\"id\":\"" + repeat("x", 200) + "\""), ""},
        {with("\"id\":\"" + repeat("x", 201) + "\""), "/id too-long"},
        {with("\"customer\":\"" + repeat("一", 67) + "\""), "/customer too-long"},
        {with(R"("sequence":"1")"), "/sequence bad-number"},
        {with(R"("sequence":1.5)"), "/sequence bad-number"},
        {with(R"("sequence":9007199254740992)"), "/sequence bad-number"},
        {with(R"("sequence":-9007199254740991)"), ""},
        {with(R"("change":"corect","id":"a")"), "/change unknown-word"},
        {with(R"("change":2)"), "/change unknown-word"},
        {with(R"("change":"retract")"), "/change needs-id"},
        {with(R"("fields":[1])"), "/fields wrong-kind"},
        {with(R"("fields":"x","personal":7)"), "/fields wrong-kind; /personal wrong-kind"},
        {with("\"fields\":" + many_fields(64)), ""},
        {with("\"fields\":" + many_fields(65)), "/fields too-many"},
        {with(R"("fields":{"":1})"), "/fields/ empty-value"},
        {with(R"("fields":{"a\tb":1," c":2})"),
         "/fields/a\tb bad-character; /fields/ c blank-ends"},
        {with("\"fields\":{\"" + repeat("n", 201) + "\":1}"),
         "/fields/" + repeat("n", 201) + " too-long"},
        {with(R"("fields":{"phone":1},"personal":{"phone":2})"), "/personal/phone same-name"},
        {field("\"" + repeat("x", 8'192) + "\""), ""},
        {field("\"" + repeat("x", 8'193) + "\""), "/fields/x too-long"},
        {field(R"("a\tb\r\nc")"), ""},
        {field(R"("a\u0000b")"), "/fields/x bad-character"},
        {field(R"("2026-02-30T08:00:00Z")"), "/fields/x bad-time"},
        {field(R"("2026-02-28T25:00:00+08:00")"), "/fields/x bad-time"},
        {field(R"({"date":"2026-02-30"})"), "/fields/x/date bad-value"},
        {field(R"({"num":"12,5"})"), "/fields/x/num bad-value"},
        {field(R"({"num":12.5})"), "/fields/x/num bad-value"},
        {field(R"({"duration":"2 hours"})"), "/fields/x/duration bad-value"},
        {field(R"({"datetime":"2026-01-01T00:00:00@Nowhere/City"})"),
         "/fields/x/datetime bad-value"},
        {field("1234567890123456789012345678901234"), ""},
        {field("12345678901234567890123456789012345"), "/fields/x bad-number"},
        {field("0.001234567890123456789012345678901234000"), ""},
        {field("1e99999"), "/fields/x bad-number"},
        {field(repeat("[", 7) + repeat("]", 7)), ""},
        {field(repeat("[", 8) + repeat("]", 8)), ""},
        {field(repeat("[", 8) + "1" + repeat("]", 8)), "/fields/x/0/0/0/0/0/0/0/0 too-deep"},
        {field("[" + repeat("0,", 900) + "0]"), ""},
        {field("[" + repeat("0,", 1'200) + "0]"), "/fields/x/998 too-many"},
        {field(R"([1,{"a":[{"b c ":1}]}])"), "/fields/x/1/a/0/b c  blank-ends"},
        {R"({"kind":"k","subject":"s","at":"2026-03-10T08:00:00"})", "/at needs-zone"},
        {R"({"kind":"k","subject":"s","at":"2026-03-10T08:00+08:00"})", "/at bad-time"},
        {R"({"kind":"k","subject":"s","at":"2026-02-30T08:00:00Z"})", "/at bad-time"},
        {R"({"kind":"k","subject":"s","at":1773100800})", "/at wrong-kind"},
        {R"({"kind":"k","subject":"s","at":"1969-12-31T23:59:59.999Z"})", "/at outside-years"},
        {R"({"kind":"k","subject":"s","at":"2200-12-31T23:59:59.999Z"})", ""},
        {R"({"kind":"k","subject":"s","at":"2201-01-01T00:00:00Z"})", "/at outside-years"},
        {R"({"specversion":"0.3"})",
         "/specversion unknown-version;  missing-key;  missing-key;  missing-key;  missing-key;"
         "  missing-key"},
        {R"({"specversion":"1.0","id":"1","source":"a b","type":"k","subject":"s",
             "time":"2026-03-10T08:00:00Z","datacontenttype":"text/xml","data":"<a/>","kind":"k"})",
         "/kind unknown-key; /datacontenttype unknown-encoding; /data wrong-kind; "
         "/source bad-character"},
        {R"({"specversion":"1.0","id":"1","source":"a","type":"k","subject":"s",
             "time":"2026-03-10T08:00:00Z","sequence":"1x","data_base64":"AA=="})",
         "/data_base64 unknown-key; /sequence bad-number"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.text);
        const Reading reading(one.text);
        REQUIRE(reading.facts.has_value());
        CHECK(errors_of(reading.facts->front()) == one.errors);
    }
}

TEST_CASE("a mistyped member is told the nearest one, and no message carries what is personal") {
    const Reading typo(with(R"("personl":{"phone":"13812345678"})"));
    const auto& error = typo.facts->front().errors.front().error;
    CHECK(error.mend.en == "did you mean \"personal\"?");
    CHECK(error.mend.zh == "是不是「personal」？");

    const Reading secret(
        with(R"("personal":{"phone":{"num":"138 1234 5678"},"born":"1980-02-30T00:00:00Z"})"));
    const auto& errors = secret.facts->front().errors;
    REQUIRE(errors.size() == 2);
    for (const FactError& one : errors) {
        CHECK(one.error.what.en.find("1234") == std::string::npos);
        CHECK(one.error.what.zh.find("1980") == std::string::npos);
    }
}

TEST_CASE("a fact with no end of mistakes is told thirty-two of them") {
    std::string text = "\"a0\":1";
    for (int i = 1; i < 500; ++i) text += ",\"a" + std::to_string(i) + "\":1";
    CHECK(Reading(with(text)).facts->front().errors.size() == 32);
}

TEST_CASE("the pages about facts say what is said") {
    for (const bool chinese : {false, true}) {
        const std::string page = chinese ? "facts.zh.md" : "facts.md";
        std::ifstream file(std::string(YINUO_SOURCE_DIR) + "/docs/reference/" + page);
        int shown = 0;
        for (std::string line, block, wanted, kind; std::getline(file, line);) {
            if (line == "```" && kind == "json") {
                wanted = messages(Reading(block), chinese);
            } else if (line == "```" && kind == "text") {
                CAPTURE(page);
                CHECK(block == wanted);
                ++shown;
            }
            const bool fence = line.starts_with("```");
            if (fence) {
                kind = line.substr(3);
                block.clear();
            } else {
                block += line + "\n";
            }
        }
        CHECK(shown == 10);
    }
}

TEST_CASE("what was read doesn't need the text any more") {
    Arena memory;
    std::string text = with(R"("id":"e-17","fields":{"area":"town"})");
    const auto facts = read_fact_list(text, FactFormat::Document, {}, memory);
    std::ranges::fill(text, '#');
    CHECK(facts->front().fact.id == "e-17");
    CHECK(as_json(facts->front().fact.fields) == "area=\"town\" ");
}

}  // namespace yinuo::wire
