#include "wire/promise_reader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "promise/comparisons.h"
#include "promise/formulas.h"
#include "promise/scope.h"
#include "promise/verdict_facts.h"
#include "wire/schedule_yaml.h"

namespace yinuo::wire {

using namespace promise;

namespace {

constexpr std::size_t kScheduleFileMost = 1u << 20;

const Zone& utc() {
    static const Zone zone = Zone::utc();
    return zone;
}

bool is_kebab(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

// "install.broken" watches clause "install" if there is one.
std::string_view watched_clause(std::string_view text) {
    for (const auto verdict : verdict_names())
        if (text.size() > verdict.size() + 1 && text.ends_with(verdict) &&
            text[text.size() - verdict.size() - 1] == '.')
            return text.substr(0, text.size() - verdict.size() - 1);
    return {};
}

}  // namespace

bool PromiseReader::errors_since(std::size_t findings) const {
    for (std::size_t i = findings; i < findings_.size(); ++i)
        if (findings_[i].severity == Severity::Error) return true;
    return false;
}

std::optional<Promise> PromiseReader::read(const Yaml& document) {
    const auto errors_before = findings_.size();
    promise_.zone = &utc();
    promise_.place = document.place;
    YamlKeys keys(document, findings_);
    if (!document.is_map()) return std::nullopt;
    read_head(keys);
    if (const Yaml* clauses = keys.need("clauses")) read_clauses(*clauses);
    if (const Yaml* remedies = keys.take("remedies")) read_remedies(*remedies);
    keys.finish();
    if (drafts_.empty() && keys.has("clauses") && !errors_since(errors_before))
        error("no-clause", document.place, {"没有一个条款", "there is no clause"});
    for (const auto& draft : remedies_) add_payment_clause(draft);
    settle_order();
    settle_remedies();
    check_words();
    if (errors_since(errors_before)) return std::nullopt;
    return std::move(promise_);
}

void PromiseReader::read_head(YamlKeys& keys) {
    if (const Yaml* id = keys.need("promise"); id != nullptr && expect_scalar(*id)) {
        promise_.id = id->text;
        if (!is_kebab(id->text))
            error("bad-id", id->place,
                  {"承诺的代号「" + id->text + "」只能用小写字母、数字和连字符",
                   "the promise's id \"" + id->text +
                       "\" is written in small letters, digits and hyphens"},
                  {"例如 same-day-install", "for example same-day-install"});
    }
    if (const Yaml* version = keys.take("version"))
        promise_.version = static_cast<int>(integer(*version, 1, 1'000'000).value_or(1));
    if (const Yaml* zone = keys.take_scalar("zone")) {
        const Zone* found = context_.zones.find(zone->text);
        zone_given_ = true;
        zone_name_ = zone->text;
        if (found == nullptr)
            error(
                "unknown-zone", zone->place,
                {"没有时区「" + zone->text + "」", "there is no time zone \"" + zone->text + "\""},
                {"用 IANA 名，例如 Asia/Shanghai", "use its IANA name, for example Asia/Shanghai"});
        else
            promise_.zone = found;
    }
    read_effective(keys);
    if (const Yaml* words = keys.take("class")) promise_.classification = read_class(*words);
    if (const Yaml* title = keys.take("title")) promise_.title = text(*title);
    if (const Yaml* need = keys.take("need")) promise_.need = text(*need);
    if (const Yaml* limits = keys.take("limits")) promise_.limits = text(*limits);
    if (const Yaml* owner = keys.take_scalar("owner")) promise_.owner = owner->text;
    if (const Yaml* subject = keys.take_scalar("subject")) promise_.subject = subject->text;
    // Before any condition: names with punctuation in them must be known to the compiler.
    if (const Yaml* facts = keys.take("facts")) read_facts(*facts);
    if (const Yaml* schedules = keys.take("schedules")) read_schedules(*schedules);
    if (const Yaml* schedule = keys.take("schedule")) {
        const std::vector<std::string_view> known(promise_.schedule_names.begin(),
                                                  promise_.schedule_names.end());
        if (const auto index = word(*schedule, known)) {
            default_schedule_ = static_cast<int>(*index);
            schedules_used_[*index] = true;
        }
    }
    if (const Yaml* economics = keys.take("economics")) read_economics(*economics);
    promise_.audience = condition(keys, "audience");
}

void PromiseReader::read_effective(YamlKeys& keys) {
    const auto instant = [&](const Yaml& node) -> std::optional<Instant> {
        if (!expect_scalar(node)) return std::nullopt;
        if (const auto date = Date::parse(node.text)) {
            if (!zone_given_)
                error("needs-zone", node.place,
                      {"日期要看时区，却没有写 zone", "a date needs a zone, and none is given"},
                      {"在承诺里写 zone: Asia/Shanghai",
                       "write zone: Asia/Shanghai (or yours) in the promise"});
            return promise_.zone->start_of_day(*date);
        }
        if (const auto at = parse_instant(node.text)) return at;
        error("bad-date", node.place,
              {"「" + node.text + "」不是日期或时刻",
               "\"" + node.text + "\" is neither a date nor an instant"},
              {"写 2026-03-01 或 2026-03-01T00:00:00+08:00",
               "write 2026-03-01 or 2026-03-01T00:00:00+08:00"});
        return std::nullopt;
    };
    if (const Yaml* from = keys.take("effective"))
        promise_.effective_from = instant(*from).value_or(Instant::min());
    if (const Yaml* until = keys.take("until")) {
        promise_.effective_until = instant(*until).value_or(Instant::max());
        if (promise_.effective_until <= promise_.effective_from)
            error("bad-dates", until->place,
                  {"失效（until）不晚于生效（effective），这一版永远不会生效",
                   "\"until\" is not after \"effective\": this version would never be in force"});
    }
}

Classification PromiseReader::read_class(const Yaml& node) {
    Classification words;
    YamlKeys keys(node, findings_);
    const auto take = [&](std::string_view key, std::string& into,
                          std::vector<std::string_view> known) {
        const Yaml* value = keys.take(key);
        if (value != nullptr && word(*value, std::move(known))) into = value->text;
    };
    take("scope", words.scope, {"full", "limited"});
    take("guarantee", words.guarantee, {"guaranteed", "announced"});
    take("form", words.form, {"written", "oral"});
    take("explicitness", words.explicitness, {"explicit", "implied"});
    take("content", words.content,
         {"behaviour", "time", "effect", "method", "quality", "timeliness", "reply", "price"});
    take("strength", words.strength, {"none", "weak private", "strong private", "public"});
    if (const Yaml* all = keys.take("unconditional"))
        words.unconditional = truth(*all).value_or(false);
    keys.finish();
    return words;
}

// --- schedules and facts ------------------------------------------------------------------------

void PromiseReader::read_schedules(const Yaml& node) {
    if (!node.is_map()) {
        YamlKeys keys(node, findings_);
        return;
    }
    Schedules known;
    const auto combines = [](const Yaml& map) {
        return map.find("union") != nullptr || map.find("intersection") != nullptr;
    };
    // Those that combine others come after all others.
    for (const bool combined : {false, true}) {
        for (const auto& entry : node.entries) {
            if (entry.value.kind == Yaml::Kind::Empty || combines(entry.value) != combined)
                continue;
            if (entry.key.find(' ') != std::string::npos) {
                error("bad-name", entry.place,
                      {"工作日历的名字里不能有空格", "a schedule's name has no blanks in it"});
                continue;
            }
            std::optional<calendar::Schedule> schedule;
            if (entry.value.is_scalar()) {
                schedule = read_schedule_from(entry.value);
            } else if (zone_given_ && entry.value.is_map() && entry.value.find("zone") == nullptr) {
                Yaml with_zone = entry.value;  // the promise's own, unless it says another
                Yaml zone;
                zone.kind = Yaml::Kind::Scalar;
                zone.text = zone_name_;
                zone.place = entry.place;
                with_zone.entries.push_back({"zone", entry.place, std::move(zone)});
                schedule = read_schedule(with_zone, entry.key, context_.zones, known, findings_);
            } else {
                schedule = read_schedule(entry.value, entry.key, context_.zones, known, findings_);
            }
            // A broken one keeps its name, so that nobody is told twice.
            if (!schedule) schedule = calendar::Schedule::always_open(*promise_.zone);
            known.emplace(entry.key, *schedule);
            promise_.schedule_names.push_back(entry.key);
            promise_.schedules.push_back(std::move(*schedule));
            schedule_places_[entry.key] = entry.place;
        }
    }
    for (const auto& entry : node.entries) {  // a part of another is used, too
        for (const auto* key : {"union", "intersection"}) {
            const Yaml* parts = entry.value.find(key);
            if (parts == nullptr) continue;
            for (const auto& part : parts->items) schedule_places_.erase(part.text);
        }
    }
    schedules_used_.assign(promise_.schedules.size(), false);
}

std::optional<calendar::Schedule> PromiseReader::read_schedule_from(const Yaml& node) {
    if (!node.text.ends_with(".yaml") && !node.text.ends_with(".yml")) {
        error("bad-schedule", node.place,
              {"「" + node.text + "」不是工作日历", "\"" + node.text + "\" is no schedule"},
              {"写出内容，或写文件名，例如 office.yaml",
               "write it out, or name a file such as office.yaml"});
        return std::nullopt;
    }
    const auto beside =
        (std::filesystem::path(std::string(path_)).parent_path() / node.text).string();
    const auto all = schedule_text(node, beside);
    if (!all) {
        error("no-file", node.place,
              {"读不到文件「" + node.text + "」", "the file \"" + node.text + "\" cannot be read"},
              context_.files == nullptr
                  ? Text{"文件名从承诺文件所在的目录算起",
                         "file names count from the promise file's folder"}
                  : Text{"先存好这份工作日历，或把内容直接写在承诺里",
                         "save a calendar of that name first, or write it out in the promise"});
        return std::nullopt;
    }
    return read_schedule_file(*all, beside, context_.zones, findings_);
}

std::optional<std::string> PromiseReader::schedule_text(const Yaml& node,
                                                        const std::string& beside) const {
    if (context_.files != nullptr) return context_.files->text(node.text);
    std::ifstream file(beside, std::ios::binary);
    std::string all(kScheduleFileMost, '\0');
    file.read(all.data(), static_cast<std::streamsize>(all.size()));
    if (!file.eof()) return std::nullopt;  // none there, or longer than any schedule
    all.resize(static_cast<std::size_t>(file.gcount()));
    return all;
}

// facts: {order.placed: [channel, area], order.installed: {zh: 装好, en: installed, fields: [by]}}
void PromiseReader::read_facts(const Yaml& node) {
    if (!node.is_map()) {
        YamlKeys keys(node, findings_);
        return;
    }
    const auto reserved = reserved_names();
    for (const auto& entry : node.entries) {
        std::vector<std::string> fields;
        const auto add = [&](const Yaml& list) {
            if (!list.is_list()) {
                error("wrong-kind", list.place, {"字段应是列表", "fields are a list"},
                      {"例如 [area, channel]", "for example [area, channel]"});
                return;
            }
            for (const auto& item : list.items) {
                if (!expect_scalar(item)) continue;
                if (std::ranges::find(reserved, item.text) != reserved.end())
                    error("reserved-name", item.place,
                          {"「" + item.text + "」是保留的名字，不能作字段",
                           "\"" + item.text + "\" has a meaning of its own and cannot be a field"},
                          {"在映射里换个字段名", "give the field another name in the mapping"});
                fields.push_back(item.text);
            }
        };
        if (entry.value.is_map()) {
            YamlKeys keys(entry.value, findings_);
            const Yaml* zh = keys.take_scalar("zh");
            const Yaml* en = keys.take_scalar("en");
            if (const Yaml* list = keys.take("fields")) add(*list);
            keys.finish();
            if (zh != nullptr || en != nullptr)
                promise_.fact_names[entry.key] = {zh != nullptr ? zh->text : entry.key,
                                                  en != nullptr ? en->text : entry.key};
        } else if (entry.value.kind != Yaml::Kind::Empty) {
            add(entry.value);
        }
        for (const auto& field : fields)
            if (field.find_first_not_of(
                    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ") !=
                std::string::npos)
                special_texts_.push_back(field);
        promise_.declared_facts[entry.key] = std::move(fields);
    }
    special_names_.assign(special_texts_.begin(), special_texts_.end());
}

// --- order --------------------------------------------------------------------------------------

// Puts the clauses in an order in which each comes after those whose verdicts it watches, else as
// written. What watches in a circle is a finding.
void PromiseReader::settle_order() {
    const auto n = drafts_.size();
    const auto find = [&](std::string_view name) -> std::size_t {
        for (std::size_t i = 0; i < n; ++i)
            if (drafts_[i].clause.name == name) return i;
        return n;
    };
    for (std::size_t i = 0; i < n; ++i)
        if (find(drafts_[i].clause.name) != i)
            error("duplicate-clause", drafts_[i].clause.place,
                  {"已有叫「" + drafts_[i].clause.name + "」的条款",
                   "there is a clause \"" + drafts_[i].clause.name + "\" already"});
    std::vector<std::vector<std::size_t>> watched(n);
    for (std::size_t i = 0; i < n; ++i) {
        each_formula(drafts_[i].clause, [&](const Formula& formula) {
            for (const auto& word : texts_mentioned(formula.text())) {
                const auto other = find(watched_clause(word));
                if (other < n && std::ranges::find(watched[i], other) == watched[i].end())
                    watched[i].push_back(other);
            }
        });
    }
    std::vector<std::size_t> order;
    std::vector<bool> placed(n, false);
    for (bool moved = true; moved;) {
        moved = false;
        for (std::size_t i = 0; i < n && !moved; ++i) {
            if (placed[i] ||
                !std::ranges::all_of(watched[i], [&](std::size_t k) { return placed[k]; }))
                continue;
            placed[i] = moved = true;
            order.push_back(i);
        }
    }
    if (order.size() < n) {
        std::string names;
        for (std::size_t i = 0; i < n; ++i)
            if (!placed[i]) names += (names.empty() ? "" : ", ") + drafts_[i].clause.name;
        const auto first =
            static_cast<std::size_t>(std::ranges::find(placed, false) - placed.begin());
        error("circle", drafts_[first].clause.place,
              {"这些条款绕成一圈，互相等对方的结果：" + names,
               "these clauses wait for each other's verdicts in a circle: " + names},
              {"让其中一个改看业务记录", "let one of them watch facts instead"});
        return;
    }
    std::vector<std::size_t> index(n);
    for (std::size_t k = 0; k < n; ++k) index[order[k]] = k;
    for (std::size_t i = 0; i < n; ++i) {
        Clause& clause = drafts_[i].clause;
        for (const auto k : watched[i]) clause.watches.push_back(static_cast<int>(index[k]));
        if (const auto outer = find(drafts_[i].outer); outer < n)
            clause.outer = static_cast<int>(index[outer]);
    }
    for (const auto i : order) promise_.clauses.push_back(std::move(drafts_[i].clause));
}

void PromiseReader::settle_remedies() {
    std::vector<std::string_view> known;
    for (const auto& clause : promise_.clauses) known.push_back(clause.name);
    if (known.empty() && !drafts_.empty()) return;  // a circle: told already
    for (auto& draft : remedies_) {
        for (const auto& [name, place] : draft.clauses) {
            const int index = promise_.find_clause(name);
            if (index < 0) {
                error("unknown-clause", place,
                      {"没有叫「" + name + "」的条款", "there is no clause \"" + name + "\""},
                      nearest_mend(name, known));
                continue;
            }
            const auto& clauses = promise_.clauses;
            if (draft.remedy.charged_on &&
                std::ranges::none_of(clauses, [&](const Clause& c) { return c.outer == index; }))
                error("no-legs", place,
                      {"charged on 要按段分摊，条款「" + name + "」却没有 legs",
                       "\"charged on\" shares among legs, and clause \"" + name + "\" has none"});
            draft.remedy.clauses.push_back(index);
        }
        promise_.remedies.push_back(std::move(draft.remedy));
    }
}

}  // namespace yinuo::wire
