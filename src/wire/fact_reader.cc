#include "wire/fact_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/nearest.h"
#include "wire/fact_values.h"

namespace yinuo::wire {
namespace {

constexpr std::array<std::string_view, 9> kMembers = {
    "id", "kind", "subject", "at", "customer", "sequence", "change", "fields", "personal"};
// CloudEvents 1.0: its attributes, then the extensions that are read, then what is known and has
// nothing to say here.
constexpr std::array<std::string_view, 15> kEventMembers = {
    "specversion", "id",          "source",     "type",         "subject",
    "time",        "data",        "customer",   "sequence",     "change",
    "dataschema",  "traceparent", "tracestate", "partitionkey", "datacontenttype"};

constexpr Instant kFirst{0};
constexpr Instant kEnd{7'289'654'400'000};  // 2201-01-01T00:00:00Z
constexpr std::int64_t kSequenceMax = (std::int64_t{1} << 53) - 1;
constexpr std::size_t kQuoteMax = 40;

// What was written, short enough for a message.
std::string quoted(std::string_view text) {
    if (text.size() <= kQuoteMax) return std::string(text);
    std::size_t size = kQuoteMax;
    while ((static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    return std::string(text.substr(0, size)) + "…";
}

std::string listed(std::span<const std::string_view> words, std::string_view between) {
    std::string text;
    for (const std::string_view word : words) {
        if (!text.empty()) text += between;
        text += word;
    }
    return text;
}

class OneFact {
public:
    OneFact(const Json& json, const JsonPath& path, const FactOptions& options, Arena& memory,
            ReadFact& into)
        : json_(json),
          path_(path),
          options_(options),
          memory_(memory),
          fact_(into.fact),
          complaints_(into.errors) {}

    void read();

private:
    void read_event();
    void read_sequence_and_change(bool is_event);
    void refuse_unknown(std::span<const std::string_view> known);
    void refuse_shared_names();
    // nullptr: not there, or null, which is the same.
    const Json* member(std::string_view name) const {
        const Json* found = json_.find(name);
        return found != nullptr && found->is_null() ? nullptr : found;
    }
    const Json* required(std::string_view name, const Text& what_for);
    // A word of at most 200 bytes; empty when there is none or it was complained about.
    std::string_view word(std::string_view name, const Json* from);
    void read_at(std::string_view name);
    std::optional<std::int64_t> sequence_of(const Json&, bool is_event) const;

    const Json& json_;
    const JsonPath& path_;
    const FactOptions& options_;
    Arena& memory_;
    ReportedFact& fact_;
    FactComplaints complaints_;
};

void OneFact::read() {
    if (!json_.is_object()) {
        complaints_.add(path_, "wrong-kind", wanted("一个 JSON 对象", "a JSON object"),
                        {"一条业务记录形如 {\"kind\":…,\"subject\":…,\"at\":…}",
                         "a fact is like {\"kind\":...,\"subject\":...,\"at\":...}"});
        return;
    }
    if (json_.find("specversion") != nullptr) return read_event();
    refuse_unknown(kMembers);
    fact_.id = word("id", member("id"));
    fact_.kind = word("kind", required("kind", {"发生了什么", "what happened"}));
    fact_.subject = word("subject", required("subject", {"关于什么", "what it is about"}));
    fact_.customer = word("customer", member("customer"));
    read_at("at");
    read_sequence_and_change(false);
    FactValues values(options_.zones, memory_, complaints_);
    if (const Json* fields = member("fields"))
        fact_.fields = values.read_fields(*fields, path_ / "fields");
    if (const Json* personal = member("personal"))
        fact_.personal = values.read_fields(*personal, path_ / "personal");
    refuse_shared_names();
}

void OneFact::read_event() {
    refuse_unknown(kEventMembers);
    if (const Json* version = json_.find("specversion"); version->string() != "1.0")
        complaints_.add(path_ / "specversion", "unknown-version",
                        {"只认识 CloudEvents 1.0", "only CloudEvents 1.0 is known here"},
                        {"写 \"1.0\"", "write \"1.0\""});
    fact_.kind = word("type", required("type", {"发生了什么", "what happened"}));
    fact_.subject = word("subject", required("subject", {"关于什么", "what it is about"}));
    fact_.customer = word("customer", member("customer"));
    read_at("time");
    read_sequence_and_change(true);
    if (const Json* type = member("datacontenttype")) {
        const auto text = type->string().value_or("");
        if (!text.starts_with("application/json") && text.find("+json") == std::string_view::npos)
            complaints_.add(path_ / "datacontenttype", "unknown-encoding",
                            {"data 只能是 JSON", "data can only be JSON"},
                            {"写 application/json", "write application/json"});
    }
    if (const Json* data = member("data")) {
        FactValues values(options_.zones, memory_, complaints_);
        fact_.fields = values.read_fields(*data, path_ / "data");
    }
    // CloudEvents has ids unique within a source; ours are unique within the reporting system,
    // which may pass on the events of several sources.
    const auto id = word("id", required("id", {"事件编号", "the event's id"}));
    const auto source = word("source", required("source", {"事件来源", "where the event is from"}));
    if (source.find(' ') != std::string_view::npos)
        complaints_.add(path_ / "source", "bad-character",
                        {"来源是一个 URI，不能有空格", "a source is a URI and has no blanks"});
    auto both = memory_.array<char>(source.size() + 1 + id.size());
    auto end = std::ranges::copy(source, both.begin()).out;
    *end++ = ' ';
    std::ranges::copy(id, end);
    fact_.id = {both.data(), both.size()};
}

void OneFact::read_sequence_and_change(bool is_event) {
    if (const Json* sequence = member("sequence")) {
        const auto number = sequence_of(*sequence, is_event);
        if (number)
            fact_.sequence = *number;
        else
            complaints_.add(path_ / "sequence", "bad-number",
                            {"序号要是整数，绝对值小于 2 的 53 次方",
                             "a sequence is a whole number below 2 to the 53rd, either way"});
    }
    const Json* change = member("change");
    if (change == nullptr) return;
    constexpr std::array<std::string_view, 3> kChanges = {"report", "correct", "retract"};
    const auto text = change->string().value_or("");
    const auto found = std::ranges::find(kChanges, text);
    if (found == kChanges.end()) {
        const auto meant = nearest(text, kChanges);
        complaints_.add(
            path_ / "change", "unknown-word",
            {"不认识「" + quoted(text) + "」", "\"" + quoted(text) + "\" is not known here"},
            meant ? Text{"是不是「" + std::string(*meant) + "」？",
                         "did you mean \"" + std::string(*meant) + "\"?"}
                  : Text{"写 report、correct 或 retract", "write report, correct or retract"});
        return;
    }
    fact_.change = static_cast<promise::Change>(found - kChanges.begin());
    if (fact_.change != promise::Change::Report && member("id") == nullptr)
        complaints_.add(path_ / "change", "needs-id",
                        {"更正和撤回要说明是哪一条", "a correction or retraction must say of what"},
                        {"写上原来那条业务记录的 id", "give the id of the fact it is about"});
}

void OneFact::refuse_unknown(std::span<const std::string_view> known) {
    for (const JsonMember& member : json_.members) {
        if (std::ranges::find(known, member.key) != known.end()) continue;
        const auto meant = nearest(member.key, known);
        complaints_.add(
            path_ / member.key, "unknown-key",
            {"不认识「" + quoted(member.key) + "」",
             "\"" + quoted(member.key) + "\" is not known here"},
            meant
                ? Text{"是不是「" + std::string(*meant) + "」？",
                       "did you mean \"" + std::string(*meant) + "\"?"}
                : Text{"这里可以写：" + listed(known, "、") + "；业务数据放在 " +
                           std::string(known.size() == kMembers.size() ? "fields" : "data") + " 里",
                       "known here: " + listed(known, ", ") + "; what the fact says goes into " +
                           std::string(known.size() == kMembers.size() ? "fields" : "data")});
    }
}

void OneFact::refuse_shared_names() {
    for (const ReportedField& secret : fact_.personal)
        if (std::ranges::find(fact_.fields, secret.name, &ReportedField::name) !=
            fact_.fields.end()) {
            const JsonPath personal = path_ / "personal";
            complaints_.add(
                personal / secret.name, "same-name",
                {"fields 里也有这个名字", "fields has one of this name too"},
                {"个人信息只放在 personal 里", "keep what is personal in personal only"});
        }
}

const Json* OneFact::required(std::string_view name, const Text& what_for) {
    const Json* found = member(name);
    if (found == nullptr)
        complaints_.add(path_, "missing-key",
                        {"缺少 " + std::string(name) + "（" + what_for.zh + "）",
                         std::string(name) + " is missing: " + what_for.en},
                        {"写上 " + std::string(name), "add " + std::string(name)});
    return found;
}

std::string_view OneFact::word(std::string_view name, const Json* from) {
    if (from == nullptr) return {};
    const JsonPath here = path_ / name;
    if (!from->is_string()) {
        complaints_.add(here, "wrong-kind", wanted("字符串", "a string"),
                        {"加上引号", "put it into quotes"});
        return {};
    }
    return check_word(here, from->text, complaints_) ? from->text : std::string_view();
}

void OneFact::read_at(std::string_view name) {
    const Json* from = required(name, {"何时发生", "when it happened"});
    if (from == nullptr) return;
    const JsonPath here = path_ / name;
    const Text like = {"形如 2026-03-10T08:00:00+08:00", "like 2026-03-10T08:00:00+08:00"};
    if (!from->is_string())
        return complaints_.add(here, "wrong-kind", wanted("字符串", "a string"), like);
    const auto at = looks_like_timestamp(from->text) ? parse_instant(from->text) : std::nullopt;
    if (at && *at >= kFirst && *at < kEnd) {
        fact_.at = *at;
        return;
    }
    const std::string text = quoted(from->text);
    if (at)
        complaints_.add(here, "outside-years",
                        {"「" + text + "」不在 1970 年到 2200 年之间",
                         "\"" + text + "\" is not within the years 1970 to 2200"},
                        {"检查年份", "check the year"});
    else if (looks_like_timestamp(from->text))
        complaints_.add(here, "bad-time",
                        {"「" + text + "」：没有这个日期或时刻",
                         "\"" + text + "\": there is no such day or hour"},
                        {"检查日期", "check the date"});
    else if (LocalTime::parse(from->text))
        complaints_.add(
            here, "needs-zone",
            {"「" + text + "」没有写与 UTC 的时差", "\"" + text + "\" has no offset from UTC"},
            {"写上时差，" + like.zh, "add it, " + like.en});
    else
        complaints_.add(here, "bad-time",
                        {"「" + text + "」不是时间", "\"" + text + "\" is no time"}, like);
}

// As CloudEvents' extension has it, a sequence is a string; digits in one are read there.
std::optional<std::int64_t> OneFact::sequence_of(const Json& json, bool is_event) const {
    std::optional<std::int64_t> number = json.integer();
    if (is_event && json.is_string()) {
        std::int64_t read = 0;
        const char* end = json.text.data() + json.text.size();
        const auto [stop, error] = std::from_chars(json.text.data(), end, read);
        if (error == std::errc() && stop == end) number = read;
    }
    if (!number || *number > kSequenceMax || *number < -kSequenceMax) return std::nullopt;
    return number;
}

Error too_many(std::size_t facts_max) {
    const std::string most = std::to_string(facts_max);
    return {.code = "too-many-facts",
            .what = {"一次最多 " + most + " 条业务记录", "at most " + most + " facts at a time"},
            .mend = {"分几次提交", "send them in several parts"}};
}

Result<std::vector<ReadFact>> read_document(std::string_view text, const FactOptions& options,
                                            Arena& memory) {
    const Json json = TRY(parse_json(text, memory));
    const JsonPath root;
    std::vector<ReadFact> facts;
    if (json.is_object()) {
        OneFact(json, root, options, memory, facts.emplace_back()).read();
        return facts;
    }
    if (!json.is_array())
        return refuse(
            {.code = "wrong-kind",
             .what = wanted("一条业务记录或一个业务记录的数组", "a fact or an array of facts"),
             .mend = {"形如 [{\"kind\":…}]", "like [{\"kind\":...}]"},
             .place = {.path = {}, .line = 1, .column = 1}});
    if (json.items.size() > options.facts_max) return refuse(too_many(options.facts_max));
    facts.resize(json.items.size());
    for (std::size_t i = 0; i < facts.size(); ++i) {
        const JsonPath path{.index = i, .is_index = true};
        OneFact(json.items[i], path, options, memory, facts[i]).read();
    }
    return facts;
}

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

Result<std::vector<ReadFact>> read_lines(std::string_view text, const FactOptions& options,
                                         Arena& memory) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const JsonPath root;
    std::vector<ReadFact> facts;
    for (std::uint32_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (is_blank(line)) continue;
        if (facts.size() == options.facts_max) return refuse(too_many(options.facts_max));
        ReadFact& fact = facts.emplace_back();
        fact.line = number;
        if (auto json = parse_json(line, memory))
            OneFact(*json, root, options, memory, fact).read();
        else
            fact.errors.push_back({"", std::move(json).error()});
        for (FactError& error : fact.errors) error.error.place.line = number;
    }
    return facts;
}

}  // namespace

Result<std::vector<ReadFact>> read_fact_list(std::string_view text, FactFormat format,
                                             const FactOptions& options, Arena& memory) {
    return format == FactFormat::Lines ? read_lines(text, options, memory)
                                       : read_document(text, options, memory);
}

}  // namespace yinuo::wire
