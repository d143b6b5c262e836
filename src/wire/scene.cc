// Scene files line by line: settings and facts. Expectations are in scene_expect.cc.
#include "wire/scene.h"

#include <algorithm>

#include "wire/cells.h"
#include "wire/scene_reader.h"
#include "wire/time_pattern.h"
#include "wire/utf8.h"
#include "wire/yaml.h"

namespace yinuo::wire {
namespace {

constexpr std::size_t kBytesMost = 4 << 20;
constexpr std::int64_t kFactsMost = 1'000'000;
constexpr std::size_t kFindingsMost = 100;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

const TimePattern& iso() {
    static const TimePattern pattern = *TimePattern::parse("ISO");
    return pattern;
}

}  // namespace

bool SceneFile::has_errors() const {
    return std::ranges::any_of(findings,
                               [](const Finding& f) { return f.severity == Severity::Error; });
}

SceneFile read_scenes(std::string_view text, std::string_view path, Zones& zones) {
    SceneFile file;
    file.path = path;
    SceneReader(file, zones).read(text);
    return file;
}

// --- parts of a line ------------------------------------------------------------------------------

SceneReader::Part SceneReader::trimmed(Part part) {
    while (!part.text.empty() && is_blank(part.text.front())) {
        part.text.remove_prefix(1);
        ++part.at;
    }
    while (!part.text.empty() && is_blank(part.text.back())) part.text.remove_suffix(1);
    return part;
}

SceneReader::Part SceneReader::cut(Part& rest, char mark) {
    const auto end = rest.text.find(mark);
    const Part first{rest.text.substr(0, end), rest.at};
    if (end == std::string_view::npos) {
        rest = {{}, rest.at + rest.text.size()};
    } else {
        rest = {rest.text.substr(end + 1), rest.at + end + 1};
    }
    return trimmed(first);
}

SceneReader::Part SceneReader::word(Part& rest) {
    rest = trimmed(rest);
    std::size_t end = 0;
    while (end < rest.text.size() && !is_blank(rest.text[end])) ++end;
    const Part first{rest.text.substr(0, end), rest.at};
    rest = trimmed({rest.text.substr(end), rest.at + end});
    return first;
}

// Skips words if exactly they come next, as words of their own.
bool SceneReader::skip(Part& rest, std::string_view words) {
    rest = trimmed(rest);
    if (!rest.text.starts_with(words)) return false;
    if (rest.text.size() > words.size() && !is_blank(rest.text[words.size()])) return false;
    rest = trimmed({rest.text.substr(words.size()), rest.at + words.size()});
    return true;
}

Place SceneReader::place(std::size_t offset) const {
    const auto before = line_.substr(0, std::min(offset, line_.size()));
    return {.path = file_.path,
            .line = number_,
            .column = static_cast<std::uint32_t>(count_characters(before)) + 1};
}

bool SceneReader::error(std::string code, const Part& at, Text what, Text mend) {
    if (file_.findings.size() < kFindingsMost)
        report(file_.findings, Severity::Error, std::move(code), place(at.at), std::move(what),
               std::move(mend));
    return false;
}

// --- lines ----------------------------------------------------------------------------------------

void SceneReader::read(std::string_view text) {
    if (text.size() > kBytesMost) {
        error("too-long", {}, {"场景文件最多 4 MiB", "a scene file has at most 4 MiB"});
        return;
    }
    if (find_bad_utf8(text) != std::string_view::npos) {
        const auto before = text.substr(0, find_bad_utf8(text));
        number_ = static_cast<std::uint32_t>(std::ranges::count(before, '\n')) + 1;
        error("bad-utf8", {}, {"这一行不是 UTF-8 文字", "this line is no UTF-8 text"});
        return;
    }
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        ++number_;
        read_line(line);
    }
    settle_scene();
    line_ = {};
    number_ = 1;  // about the whole of it
    if (file_.scenes.empty())
        error("no-scene", {}, {"文件里没有场景", "there is no scene in this file"},
              {"用 scene: 标题 开始一个", "begin one with scene: TITLE"});
}

void SceneReader::read_line(std::string_view line) {
    line_ = line;
    Part rest = trimmed({line, 0});
    if (rest.empty() || rest.text.front() == '#') return;
    if (is_digit(rest.text.front())) return read_fact();
    if (skip(rest, "expect")) return read_expectation(rest);
    const Part key = cut(rest, ':');
    static constexpr std::string_view kKeys[] = {"promise", "zone", "scene", "about", "now"};
    if (key.text.size() < line.size() && std::ranges::find(kKeys, key.text) != std::end(kKeys))
        return read_setting(key.text, trimmed(rest));
    static const std::vector<std::string_view> kKnown = {"promise", "zone", "scene",
                                                         "about",   "now",  "expect"};
    Part again = trimmed({line, 0});
    const Part first = word(again);
    std::string_view meant = key.text.size() < first.text.size() ? key.text : first.text;
    error("bad-line", first,
          {"这一行读不懂：既不是设置，也不是时间开头的业务记录，也不是 expect",
           "this line is no setting, no fact (they begin with a time) and no expectation"},
          nearest_mend(meant, kKnown));
}

void SceneReader::read_setting(std::string_view key, const Part& value) {
    if (value.empty()) {
        error("empty-value", value,
              {std::string(key) + " 后面是空的",
               "nothing stands after \"" + std::string(key) + ":\""});
        return;
    }
    if (key == "scene") {
        settle_scene();
        file_.scenes.push_back({.place = place(value.at), .title = std::string(value.text)});
        now_.reset();
        latest_ = Instant::min();
        facts_ = 0;
        zone_ = head_zone_;
        return;
    }
    if (key == "promise") {
        auto& into = scene() != nullptr ? scene()->promises : promises_;
        into.emplace_back(value.text);
        return;
    }
    if (key == "zone") {
        zone_ = zones_.find(value.text);
        if (scene() == nullptr) head_zone_ = zone_;
        if (zone_ != nullptr) return;
        zone_missed_ = true;
        const std::string meant = zones_.suggest(value.text);
        error("no-such-zone", value,
              {"没有「" + std::string(value.text) + "」这个时区",
               "there is no zone \"" + std::string(value.text) + "\""},
              meant.empty() ? Text{"例如 Asia/Shanghai", "for example Asia/Shanghai"}
                            : Text{"是不是「" + meant + "」？", "did you mean \"" + meant + "\"?"});
        return;
    }
    if (key == "about") {
        about_ = value.text;
        return;
    }
    if (scene() == nullptr) {
        error("outside-scene", value, {"now: 要写在场景里", "\"now:\" stands in a scene"});
        return;
    }
    if (const auto at = read_time(value)) {
        now_ = *at;
        latest_ = std::max(latest_, *at);
    }
}

// A scene names its promises or takes those from the head of the file.
void SceneReader::settle_scene() {
    Scene* done = scene();
    if (done == nullptr) return;
    if (done->promises.empty()) done->promises = promises_;
    if (!done->promises.empty()) return;
    if (file_.findings.size() < kFindingsMost)
        report(file_.findings, Severity::Error, "no-promise", done->place,
               {"场景没有说明用哪份承诺", "the scene doesn't say which promise it is about"},
               {"在前面写 promise: 文件.yaml", "write promise: FILE.yaml before it"});
}

// --- facts ----------------------------------------------------------------------------------------

void SceneReader::read_fact() {
    Part rest = trimmed({line_, 0});
    SceneFact fact;
    fact.place = place(rest.at);
    fact.about = about_;
    if (scene() == nullptr) {
        error("outside-scene", rest, {"业务记录要写在场景里", "facts stand in a scene"},
              {"先写 scene: 标题", "write scene: TITLE first"});
        return;
    }
    {  // "899 x ..."
        Part ahead = rest;
        const Part number = word(ahead);
        Part times = ahead;
        const Part sign = word(times);
        if (sign.text == "x" || sign.text == "×") {
            const auto count = read_count(number);
            if (!count || *count < 1) {
                error("bad-count", number,
                      {"「x」前应是 1 以上的整数", "a whole number from 1 stands before \"x\""});
                return;
            }
            fact.count = static_cast<int>(std::min(*count, kFactsMost + 1));
            rest = times;
        }
    }
    facts_ += fact.count;
    if (facts_ > kFactsMost) {
        error("too-many-facts", rest,
              {"一个场景最多一百万条业务记录", "a scene has at most a million facts"});
        return;
    }
    // The time: one word with a T, or two words.
    Part time = word(rest);
    if (time.text.find('T') == std::string_view::npos && !rest.empty() &&
        is_digit(rest.text.front())) {
        const Part clock = word(rest);
        time.text = line_.substr(time.at, clock.at + clock.text.size() - time.at);
    }
    const auto at = read_time(time);
    if (!at) return;
    fact.at = fact.heard = *at;

    Part kind = word(rest);
    if (kind.empty() || kind.text.find('=') != std::string_view::npos || kind.text.front() == '[') {
        error("no-kind", kind,
              {"时间后面应是业务记录的种类，例如 order.placed",
               "the kind of fact comes after the time, for example order.placed"});
        return;
    }
    if (kind.text.size() > 2 && kind.text.starts_with('"') && kind.text.ends_with('"'))
        kind.text = kind.text.substr(1, kind.text.size() - 2);
    fact.kind = kind.text;

    while (!rest.empty()) {
        if (rest.text.front() == '[') {
            const auto end = rest.text.rfind(']');
            if (end == std::string_view::npos) {
                error("open-bracket", rest, {"方括号没有闭合", "the bracket isn't closed"});
                return;
            }
            const Part after = trimmed({rest.text.substr(end + 1), rest.at + end + 1});
            if (!after.empty()) {
                error("bad-line", after, {"方括号应在行末", "the bracket comes last"});
                return;
            }
            if (!read_brackets(fact, trimmed({rest.text.substr(1, end - 1), rest.at + 1}))) return;
            break;
        }
        // A field: its name may have blanks (wish of=customer).
        const auto equals = rest.text.find('=');
        if (equals == std::string_view::npos) {
            error("bad-field", rest, {"这里应是 名字=值", "NAME=VALUE should be here"},
                  {"值里有空格时加双引号", "quote a value that has blanks"});
            return;
        }
        const Part name = trimmed({rest.text.substr(0, equals), rest.at});
        if (name.empty() || name.text.find_first_of("[]\",") != std::string_view::npos) {
            error("bad-field", name,
                  {"等号前应是字段名", "a field's name comes before the equals sign"},
                  {"值里有空格时加双引号", "quote a value that has blanks"});
            return;
        }
        rest = {rest.text.substr(equals + 1), rest.at + equals + 1};
        Part value = rest;
        std::size_t end = 0;
        if (rest.text.starts_with('"')) {
            end = rest.text.find('"', 1);
            end = end == std::string_view::npos ? end : end + 1;
        } else if (rest.text.starts_with('[')) {
            end = rest.text.find(']');
            end = end == std::string_view::npos ? end : end + 1;
        } else {
            while (end < rest.text.size() && !is_blank(rest.text[end])) ++end;
        }
        if (end == std::string_view::npos || end == 0) {
            error("bad-field", value,
                  {"字段「" + std::string(name.text) + "」的值不完整",
                   "the value of \"" + std::string(name.text) + "\" is not whole"});
            return;
        }
        value.text = rest.text.substr(0, end);
        rest = trimmed({rest.text.substr(end), rest.at + end});
        const bool twice = std::ranges::any_of(
            fact.fields, [&](const SceneField& f) { return f.name == name.text; });
        if (twice) {
            error("duplicate-field", name,
                  {"字段「" + std::string(name.text) + "」写了两次",
                   "the field \"" + std::string(name.text) + "\" is there twice"});
            return;
        }
        const auto read = read_value(value);
        if (!read) return;
        fact.fields.push_back({std::string(name.text), *read});
    }
    now_.reset();
    latest_ = std::max({latest_, fact.at, fact.heard});
    scene()->facts.push_back(std::move(fact));
}

// id a1, about order/2, heard T, corrects a1, retracts a1
bool SceneReader::read_brackets(SceneFact& fact, const Part& inside) {
    Part rest = inside;
    while (!rest.empty()) {
        Part one = cut(rest, ',');
        Part value = one;
        const Part key = word(value);
        if (value.empty())
            return error("bad-bracket", one,
                         {"「" + std::string(one.text) + "」后面缺内容",
                          "something is missing after \"" + std::string(one.text) + "\""});
        if (key.text == "id") {
            fact.id = value.text;
        } else if (key.text == "about") {
            fact.about = value.text;
        } else if (key.text == "heard") {
            const auto heard = read_time(value);
            if (!heard) return false;
            fact.heard = *heard;
            if (fact.heard < fact.at)
                return error("heard-too-early", value,
                             {"不会先听说后发生", "nothing is heard of before it happens"});
        } else if (key.text == "corrects" || key.text == "retracts") {
            fact.id = value.text;
            fact.change =
                key.text == "corrects" ? promise::Change::Correct : promise::Change::Retract;
        } else {
            return error("unknown-word", key,
                         {"方括号里不能写「" + std::string(key.text) + "」",
                          "\"" + std::string(key.text) + "\" cannot stand in brackets"},
                         nearest_mend(key.text, {"id", "about", "heard", "corrects", "retracts"}));
        }
    }
    return true;
}

std::optional<feel::Value> SceneReader::read_value(const Part& part) {
    Arena& memory = *file_.memory;
    if (part.text.starts_with('"'))
        return feel::Value::string(memory.copy(part.text.substr(1, part.text.size() - 2)));
    if (!part.text.starts_with('[')) return read_bare(part.text);
    std::vector<feel::Value> items;
    Part rest = trimmed({part.text.substr(1, part.text.size() - 2), part.at + 1});
    while (!rest.empty()) {
        const Part item = cut(rest, ',');
        if (item.empty()) {
            error("empty-value", item, {"列表里有空项", "an item of the list is empty"});
            return std::nullopt;
        }
        const bool quoted =
            item.text.size() > 1 && item.text.starts_with('"') && item.text.ends_with('"');
        items.push_back(
            quoted ? feel::Value::string(memory.copy(item.text.substr(1, item.text.size() - 2)))
                   : read_bare(item.text));
    }
    return feel::Value::list(memory.copy(std::span<const feel::Value>(items)));
}

// Numbers, durations, dates and truth by how they look; everything else is text. A number that
// begins with a nought (0571) is a code, so it stays text.
feel::Value SceneReader::read_bare(std::string_view word) {
    if (word == "true") return feel::Value::boolean(true);
    if (word == "false") return feel::Value::boolean(false);
    if (word == "null") return feel::Value::null();
    const bool code = word.size() > 1 && word[0] == '0' && is_digit(word[1]);
    if (is_digit(word[0]) || (word[0] == '-' && word.size() > 1)) {
        if (word.size() >= 10 && word[0] != '-' && zone_ != nullptr) {
            if (const auto wall = iso().read(word)) {
                if (word.size() == 10) return feel::Value::date(wall->local.date());
                const Instant at =
                    wall->offset_seconds
                        ? Instant{wall->local.millis - *wall->offset_seconds * 1000LL}
                        : zone_->to_instant(wall->local);
                return feel::Value::instant(at, *zone_);
            }
        }
        if (!code)
            if (const auto number = Decimal::parse(word)) return feel::Value::number(*number);
    }
    if (word.starts_with('P') || word.starts_with("-P"))
        if (const auto span = read_duration(word)) return feel::Value::duration(*span);
    return feel::Value::string(file_.memory->copy(word));
}

std::optional<Instant> SceneReader::read_time(const Part& part) {
    const auto wall = iso().read(part.text);
    if (!wall) {
        error("bad-time", part,
              {"「" + std::string(part.text) + "」不是时间",
               "\"" + std::string(part.text) + "\" is no time"},
              {"写成 2026-03-10 15:00，秒和毫秒可省：2026-03-10 15:00:00.001",
               "write 2026-03-10 15:00; seconds and thousandths may follow: 2026-03-10 "
               "15:00:00.001"});
        return std::nullopt;
    }
    if (wall->offset_seconds) return Instant{wall->local.millis - *wall->offset_seconds * 1000LL};
    if (zone_ == nullptr) {
        if (!zone_missed_)
            error("needs-zone", part, {"还没有说是哪里的时间", "it isn't said whose clock this is"},
                  {"在文件开头写 zone: Asia/Shanghai",
                   "write zone: Asia/Shanghai at the head of the file"});
        zone_missed_ = true;
        return std::nullopt;
    }
    return zone_->to_instant(wall->local);
}

std::optional<std::int64_t> SceneReader::read_count(const Part& part) {
    const auto number = Decimal::parse(part.text);
    return number ? number->to_int64() : std::nullopt;
}

}  // namespace yinuo::wire
