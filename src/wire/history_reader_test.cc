#include "wire/history_reader.h"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "wire/fact_json.h"

using namespace yinuo;
using namespace yinuo::wire;

namespace {

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
}

struct TestZones : Zones {
    std::map<std::string, Zone, std::less<>> zones;
    const Zone* find(std::string_view name) override {
        if (const auto known = zones.find(name); known != zones.end()) return &known->second;
        const auto bytes = read_file("/usr/share/zoneinfo/" + std::string(name));
        auto zone = Zone::parse(name, bytes);
        if (!zone) return nullptr;
        return &zones.emplace(name, std::move(*zone)).first->second;
    }
};

// What reading gave, as text: one line a fact.
struct History {
    Names names;
    TestZones zones;
    Arena memory;
    std::vector<std::string> facts;
    std::vector<std::string> rejected;
    ReadCounts counts;
    Findings findings;
    std::optional<Error> error;

    struct Sink : promise::FactSink {
        History* history;
        void take(const promise::Fact& fact) override {
            std::string line;
            append_fact_json(line, fact, history->names);
            history->facts.push_back(line);
        }
    };

    void read(const std::string& mapping_text, const std::string& path, ReadOptions options = {}) {
        const auto mapping = Mapping::parse(mapping_text, "m.yaml", zones);
        if (!mapping) {
            findings = mapping.error();
            for (const auto& finding : findings)
                MESSAGE(finding.error.place.line << ": " << finding.error.what.en);
            return;
        }
        Sink sink;
        sink.history = this;
        options.on_rejected = [&](const Rejected& row) {
            rejected.push_back(std::to_string(row.line) + ":" + std::to_string(row.column) + " " +
                               row.reason.en);
        };
        HistoryReader reader(*mapping, names, zones, memory);
        auto read = reader.read(path, sink, options);
        if (read)
            counts = *read;
        else
            error = read.error();
    }

    bool has(std::string_view part) const {
        for (const auto& fact : facts)
            if (fact.find(part) != std::string::npos) return true;
        return false;
    }
};

std::string data(const std::string& name) {
    return std::string(YINUO_SOURCE_DIR) + "/testdata/history/" + name;
}

// A file that is gone when the test is.
struct Scratch {
    std::string path;
    Scratch(std::string_view name, std::string_view text)
        : path((std::filesystem::temp_directory_path() /
                ("yinuo-test-" + std::to_string(::getpid()) + "-" + std::string(name)))
                   .string()) {
        std::ofstream(path, std::ios::binary) << text;
    }
    ~Scratch() { std::remove(path.c_str()); }
};

constexpr auto kRequests = R"(
format: csv
zone: America/New_York
times: MM/dd/yyyy hh:mm:ss a
missing: ["", "?"]
subject: request/{id}
fields:
  id: text
  opened: {type: instant, required: yes}
  target: instant
  closed: instant
  kind: text
facts:
  - {fact: request.opened, at: opened, fields: [target, kind]}
  - {fact: request.closed, at: closed, fields: [target, kind]}
)";

}  // namespace

TEST_CASE("one row gives several facts, each at its own time") {
    History history;
    history.read(kRequests, data("requests.csv"));
    REQUIRE_FALSE(history.error);
    CHECK(history.counts.rows == 9);
    CHECK(history.counts.facts == 8);
    CHECK(
        history.facts[0] ==
        R"({"kind":"request.opened","subject":"request/1","at":"2015-01-01T05:20:09Z","sequence":1,"fields":{"kind":"Notification"}})");
    CHECK(
        history.facts[1] ==
        R"({"kind":"request.closed","subject":"request/1","at":"2015-01-02T14:08:42Z","sequence":1,"fields":{"kind":"Notification"}})");
    // 02:30 doesn't exist on that morning: it moves forward by the gap, to 03:30 EDT.
    CHECK(
        history.facts[2] ==
        R"({"kind":"request.opened","subject":"request/2","at":"2015-03-08T07:30:00Z","sequence":2,"fields":{"target":"2015-03-09T12:30:00Z","kind":"Street \"Light\", out"}})");
    // 01:30 comes twice on that morning: the first is meant.
    CHECK(history.has(R"("subject":"request/3","at":"2015-11-01T05:30:00Z")"));
    CHECK(history.has(R"(Two\nlines)"));
}

TEST_CASE("a row says whose it is, a rejected one which field is to blame") {
    const Scratch file("whose.csv",
                       "id,who,opened,amount\n"
                       "1,C-1,2026-03-08,7\n"
                       "2,,2026-03-08,7\n"
                       "3,C-3,2026-03-08,seven\n");
    History history;
    std::vector<std::string> rows;
    ReadOptions options;
    options.on_row = [&](std::uint64_t line, std::string_view customer) {
        rows.push_back(std::to_string(line) + " " + std::string(customer));
    };
    const auto mapping = Mapping::parse(
        "subject: request/{id}\n"
        "customer: \"{who}\"\n"
        "fields: {id: text, who: text, opened: instant, amount: number}\n"
        "facts: [{fact: request.opened, at: opened, fields: [amount]}]\n",
        "m.yaml", history.zones);
    REQUIRE(mapping);
    History::Sink sink;
    sink.history = &history;
    options.on_rejected = [&](const Rejected& row) {
        CHECK(row.line == 4);
        CHECK(row.field == "amount");
        CHECK(row.mend.en == "write 12 or -0.50, without grouping digits");
    };
    HistoryReader reader(*mapping, history.names, history.zones, history.memory);
    const auto counts = reader.read(file.path, sink, options);
    REQUIRE(counts);
    CHECK(counts->rejected == 1);
    CHECK(rows == std::vector<std::string>{"2 C-1", "3 "});

    const auto same = Mapping::parse(
        "subject: request/{id}\ncustomer: everybody\nfields: {id: text, at: instant}\n"
        "facts: [{fact: a, at: at}]\n",
        "m.yaml", history.zones);
    REQUIRE_FALSE(same);
    CHECK(same.error().front().error.code == "constant");
}

TEST_CASE("rejected rows say their line and reason, the rest is kept") {
    History history;
    history.read(kRequests, data("requests.csv"));
    REQUIRE(history.rejected.size() == 4);
    CHECK(history.counts.rejected == 4);
    CHECK(history.rejected[0].starts_with(
        "5:0 opened: \"13/01/2015 01:30:00 AM\" is not an existing time like MM/dd/yyyy"));
    CHECK(history.rejected[1] == "6:0 this row has 4 cells, not 5");
    CHECK(history.rejected[2] == "9:34 there is text behind a closing quote");
    CHECK(history.rejected[3] == "10:0 opened has no value");
}

TEST_CASE("only the wanted fields are kept, and columns that serve nothing are not read") {
    History history;
    const Symbol wanted[] = {history.names.intern("kind")};
    history.read(kRequests, data("requests.csv"), {.wanted_fields = wanted});
    CHECK_FALSE(history.has("\"target\""));
    CHECK(history.has("\"kind\":\"Tree\""));
}

TEST_CASE("facts of one row that list the same fields share them") {
    History history;
    struct : promise::FactSink {
        std::vector<const void*> fields;
        void take(const promise::Fact& fact) override { fields.push_back(fact.fields.data()); }
    } sink;
    const auto mapping = Mapping::parse(kRequests, "m.yaml", history.zones);
    REQUIRE(mapping);
    HistoryReader reader(*mapping, history.names, history.zones, history.memory);
    REQUIRE(reader.read(data("requests.csv"), sink));
    CHECK(sink.fields[0] == sink.fields[1]);
    CHECK(sink.fields[1] != sink.fields[2]);
}

TEST_CASE("snapshots of a ticket give facts when a field changes") {
    const Scratch log("log.csv",
                      "ticket,state,group,at\n"
                      "7,New,A,2026-01-01T00:00:00Z\n"
                      "8,New,B,2026-01-01T00:00:30Z\n"
                      "7,New,A,2026-01-01T00:01:00Z\n"
                      "7,Active,C,2026-01-01T00:02:00Z\n"
                      "8,Active,,2026-01-01T00:03:00Z\n"
                      "8,Active,B,2026-01-01T00:04:00Z\n");
    History history;
    history.read(R"(
subject: ticket/{ticket}
fields: {ticket: text, state: text, group: text, at: instant}
facts:
  - {fact: ticket.opened, when: previous = null, at: at, fields: []}
  - {fact: ticket.moved, on change of: state, at: at, fields: [state]}
  - {fact: ticket.reassigned, when: previous.group != group and group != null, at: at, fields: [group]}
)",
                 log.path);
    REQUIRE_FALSE(history.error);
    std::map<std::string, int> counts;
    for (const auto& fact : history.facts) ++counts[fact.substr(9, fact.find('"', 9) - 9)];
    CHECK(counts["ticket.opened"] == 2);
    CHECK(counts["ticket.moved"] == 4);
    CHECK(counts["ticket.reassigned"] == 4);
}

TEST_CASE("XES: an event is a row, its trace's attributes have case: before them") {
    History history;
    history.read(R"(
subject: incident/{incident}
fields:
  incident: {from: "case:concept:name"}
  status: {from: "concept:name"}
  at: {from: "time:timestamp", type: instant}
  team: {from: "org:group"}
facts:
  - {fact: "incident.{status}", at: at, fields: [team]}
)",
                 data("small.xes"));
    REQUIRE_FALSE(history.error);
    REQUIRE(history.facts.size() == 2);
    CHECK(
        history.facts[0] ==
        R"({"kind":"incident.Accepted","subject":"incident/T1","at":"2010-03-31T14:59:42Z","sequence":1,"fields":{"team":"V30 & V5"}})");
    CHECK(
        history.facts[1] ==
        R"({"kind":"incident.Queued","subject":"incident/T1","at":"2010-03-31T15:00:42.500Z","sequence":2,"fields":{}})");
    REQUIRE(history.rejected.size() == 1);
    CHECK(history.rejected[0] == "18:0 subject lacks a value that it is made of");
}

TEST_CASE("XML that declares entities, or nests without end, is refused") {
    const std::string mapping =
        "format: xes\nsubject: x/{a}\nfields: {a: text, t: instant}\nfacts: [{fact: x, at: "
        "t}]\n";
    const Scratch laughs(
        "laughs.xes",
        "<!DOCTYPE log [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><log><trace><event>"
        "<string key=\"a\" value=\"&b;\"/></event></trace></log>");
    History history;
    history.read(mapping, laughs.path);
    REQUIRE(history.error);
    CHECK(history.error->what.en == "XML that declares entities is not accepted");
    std::string deep = "<log>";
    for (int i = 0; i < 100'000; ++i) deep += "<list>";
    const Scratch nested("deep.xes", deep);
    History other;
    other.read(mapping, nested.path);
    REQUIRE(other.error);
    CHECK(other.error->what.en == "this XML is nested more than 64 levels deep");
}

namespace {
constexpr auto kOcel = R"(
format: ocel
object: order
subject: "order/{id}"
fields:
  id: {from: "object:id"}
  event: {from: "event:type"}
  at: {from: "event:time", type: instant}
  channel: text
  price: {from: "object:price", type: number}
  customer: {from: "related:customer"}
facts:
  - {fact: "order.{event}", at: at, fields: [channel, price, customer]}
)";

void check_orders(const History& history) {
    REQUIRE_FALSE(history.error);
    REQUIRE(history.facts.size() == 3);
    CHECK(
        history.facts[0] ==
        R"({"kind":"order.place","subject":"order/o1","at":"2026-03-01T10:00:00Z","sequence":1,"fields":{"channel":"web","price":10.50,"customer":"c1"}})");
    CHECK(
        history.facts[1] ==
        R"({"kind":"order.place","subject":"order/o2","at":"2026-03-01T10:00:00Z","sequence":2,"fields":{"channel":"web","customer":"c1"}})");
    CHECK(
        history.facts[2].find(
            R"("kind":"order.ship","subject":"order/o1","at":"2026-03-03T10:00:00Z","sequence":3,"fields":{"price":12)") !=
        std::string::npos);
    REQUIRE(history.rejected.size() == 1);
    CHECK(history.rejected[0] ==
          "0:0 the event \"e3\" names the object \"gone\", which is not there");
}
}  // namespace

TEST_CASE("OCEL in its three forms gives the same facts, in the order of time") {
    for (const auto* name : {"small.ocel.json", "small.ocel.xml"}) {
        History history;
        history.read(kOcel, data(name));
        check_orders(history);
    }
    const Scratch file("log.sqlite", "");
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.path.c_str(), &database) == SQLITE_OK);
    const char* script = R"(
        CREATE TABLE event (ocel_id TEXT, ocel_type TEXT); CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
        CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
        CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
        CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
        INSERT INTO event_map_type VALUES ('place', 'Place'), ('ship', 'Ship');
        INSERT INTO object_map_type VALUES ('order', 'Order'), ('customer', 'Customer');
        CREATE TABLE event_Place (ocel_id TEXT, ocel_time TIMESTAMP, channel TEXT);
        CREATE TABLE event_Ship (ocel_id TEXT, ocel_time TIMESTAMP);
        CREATE TABLE object_Order (ocel_id TEXT, ocel_time TIMESTAMP, price TEXT, ocel_changed_field TEXT);
        CREATE TABLE object_Customer (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT);
        INSERT INTO event_Place VALUES ('e1', '2026-03-01 10:00:00', 'web');
        INSERT INTO event_Ship VALUES ('e2', '2026-03-03 10:00:00'), ('e3', '2026-03-04 10:00:00');
        INSERT INTO object_Order VALUES ('o1', '1970-01-01 00:00:00', '10.50', NULL),
            ('o1', '2026-03-02 00:00:00', '12.00', 'price'), ('o2', '1970-01-01 00:00:00', NULL, NULL);
        INSERT INTO object_Customer VALUES ('c1', '1970-01-01 00:00:00', NULL);
        INSERT INTO event_object VALUES ('e2', 'o1', 'shipped'), ('e1', 'c1', 'by'), ('e1', 'o1', 'placed'),
            ('e1', 'o2', 'placed'), ('e3', 'gone', '');)";
    REQUIRE(sqlite3_exec(database, script, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
    History history;
    history.read(kOcel, file.path);
    check_orders(history);
}

TEST_CASE("an OCEL event that its type's table lacks is a row all the same") {
    const Scratch file("lacks.sqlite", "");
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.path.c_str(), &database) == SQLITE_OK);
    REQUIRE(sqlite3_exec(database, R"(
        CREATE TABLE event (ocel_id TEXT, ocel_type TEXT); CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
        CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
        CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
        CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
        CREATE TABLE event_Place (ocel_id TEXT, ocel_time TIMESTAMP);
        INSERT INTO event_map_type VALUES ('place', 'Place');
        INSERT INTO event VALUES ('e1', 'place'), ('e2', 'place');
        INSERT INTO event_Place VALUES ('e1', '2026-03-01 10:00:00');)",
                         nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
    History history;
    history.read(R"(
format: ocel
subject: order/{id}
fields: {id: {from: "event:id"}, at: {from: "event:time", type: instant, required: yes}}
facts:
  - {fact: order.placed, at: at}
)",
                 file.path);
    REQUIRE_FALSE(history.error);
    CHECK(history.facts.size() == 1);
    REQUIRE(history.rejected.size() == 1);
    CHECK(history.rejected[0] == "0:0 at has no value (event \"e2\")");
}

TEST_CASE("OCEL events that can't be used are told by their names") {
    const Scratch file("bad.json", R"({"objects": [{"id": "o1", "type": "order"}], "events": [
        {"id": "e1", "type": "place", "time": "soon", "relationships": [{"objectId": "o1"}]},
        7, {"type": "place", "time": "2026-03-01T10:00:00Z"}]})");
    History history;
    history.read(kOcel, file.path);
    REQUIRE(history.rejected.size() == 3);
    CHECK(history.rejected[0].ends_with("is not an existing time like ISO (event \"e1\")"));
    CHECK(history.rejected[1] == "0:0 event number 2 of the file has no id");
    CHECK(history.rejected[2] == "0:0 event number 3 of the file has no id");
}

TEST_CASE("OCEL in XML that declares entities is refused") {
    const Scratch file("entity.xml", R"(<?xml version="1.0"?><!DOCTYPE log [<!ENTITY x "y">]>
<log><objects/><events/></log>)");
    History history;
    history.read(kOcel, file.path);
    REQUIRE(history.error);
    CHECK(history.error->what.en == "this is no OCEL 2.0 log: it declares XML entities");
}

TEST_CASE("a SQLite file that is no OCEL is refused") {
    const Scratch file("other.sqlite", "");
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.path.c_str(), &database) == SQLITE_OK);
    sqlite3_exec(database, "CREATE TABLE event (a); CREATE VIEW object AS SELECT 1", nullptr,
                 nullptr, nullptr);
    sqlite3_close(database);
    History history;
    history.read(kOcel, file.path);
    REQUIRE(history.error);
    CHECK(history.error->what.en == "this is no OCEL 2.0 log: it has no table object");
}

TEST_CASE("JSON Lines: nested values, corrections, and lines that are no facts") {
    History history;
    history.read(R"(
subject: order/{id}
times: epoch seconds
fields:
  id: text
  type: text
  time: instant
  amount: {from: data.amount, type: number}
  sku: {from: data.items.0.sku}
  change: text
facts:
  - {fact: "{type}", at: time, id: "{id}", change: '= if change = null then "report" else change', fields: [amount, sku]}
)",
                 data("small.jsonl"));
    REQUIRE_FALSE(history.error);
    REQUIRE(history.facts.size() == 2);
    CHECK(
        history.facts[0] ==
        R"({"kind":"order.placed","subject":"order/a1","id":"a1","at":"2026-03-01T10:00:00Z","sequence":1,"fields":{"amount":12.50,"sku":"x"}})");
    CHECK(history.facts[1].find(R"("change":"correct","fields":{"amount":13.00})") !=
          std::string::npos);
    REQUIRE(history.rejected.size() == 2);
    CHECK(history.rejected[0] == "4:0 time: \"soon\" is not an existing time like epoch seconds");
    CHECK(history.rejected[1].starts_with("5:"));
}

TEST_CASE("a column that never comes is noted with the nearest that does") {
    History history;
    history.read(
        "subject: order/{id}\ntimes: epoch seconds\nfields: {id: text, tiem: instant}\nfacts: "
        "[{fact: x, at: tiem}]\n",
        data("small.jsonl"));
    REQUIRE(history.counts.notes.size() == 1);
    CHECK(history.counts.notes[0].error.mend.en == "did you mean \"time\"?");
    History csv;
    csv.read(
        "subject: order/{id}\nfields: {id: text, opend: instant}\nfacts: [{fact: x, at: "
        "opend}]\n",
        data("requests.csv"));
    REQUIRE(csv.error);
    CHECK(csv.error->code == "no-such-column");
    CHECK(csv.error->mend.en == "did you mean \"opened\"?");
}

TEST_CASE("国标编码的文件照样读，坏字节只拒那一行") {
    // "编号,城市\n1,北京\n2,<坏>\n3,上海\n" in GB18030
    const Scratch file("gb.csv",
                       "\xB1\xE0\xBA\xC5,\xB3\xC7\xCA\xD0,t\n1,\xB1\xB1\xBE\xA9,2026-01-01\n2,\xFF,"
                       "2026-01-02\n3,\xC9\xCF\xBA\xA3,2026-01-03\n");
    const std::string fields =
        "subject: 单/{编号}\nzone: Asia/Shanghai\nfields: {编号: text, 城市: text, t: "
        "instant}\nfacts: [{fact: 下单, at: t, fields: [城市]}]\n";
    History history;
    history.read("encoding: GB18030\n" + fields, file.path);
    REQUIRE_FALSE(history.error);
    REQUIRE(history.facts.size() == 2);
    CHECK(
        history.facts[0] ==
        R"({"kind":"下单","subject":"单/1","at":"2025-12-31T16:00:00Z","sequence":1,"fields":{"城市":"北京"}})");
    REQUIRE(history.rejected.size() == 1);
    CHECK(history.rejected[0].starts_with("3:3 there are bytes that are no text"));
}

TEST_CASE("the reader stops between two rows when it is asked to") {
    static int rows_left;
    rows_left = 2;
    History history;
    history.read(kRequests, data("requests.csv"), {.interrupted = [] { return rows_left-- <= 0; }});
    CHECK(history.counts.interrupted);
    CHECK(history.counts.rows == 2);
    CHECK(history.facts.size() == 3);
}

TEST_CASE("files that aren't there or are damaged are errors, not rejected rows") {
    History history;
    history.read(kRequests, data("nowhere.csv"));
    REQUIRE(history.error);
    CHECK(history.error->code == "no-such-file");
    const Scratch damaged("damaged.csv.gz",
                          std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03garbage", 17));
    History other;
    other.read(kRequests, damaged.path);
    REQUIRE(other.error);
    CHECK(other.error->code == "bad-gzip");
}
