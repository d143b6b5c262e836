#include "wire/ocel.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "wire/json.h"
#include "wire/ocel_log.h"
#include "wire/time_pattern.h"

#include <pugixml.hpp>

namespace yinuo::wire {
namespace {

constexpr std::size_t kTextBytesMax = 256 << 20;

std::string_view text_of(const Json* json) {
    if (json == nullptr || json->is_null()) return {};
    if (json->kind == Json::Kind::Boolean) return json->boolean ? "true" : "false";
    return json->text.data() == nullptr ? std::string_view("", 0) : json->text;
}

class OcelRows {
public:
    OcelRows(OcelLog& log, std::string_view object_type, Columns wanted, RowSink& sink,
             std::string_view path)
        : log_(log),
          object_type_(object_type),
          sink_(sink),
          columns_(wanted),
          cells_(wanted.size()),
          path_(path) {
        for (const auto& object : log.objects) objects_.emplace(object.id, &object);
    }

    void give() {
        std::vector<std::int64_t> times;
        for (const auto& event : log_.events) times.push_back(millis(event.time));
        std::vector<std::size_t> order(log_.events.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::stable_sort(order, {}, [&](std::size_t i) { return times[i]; });
        std::unordered_map<std::string_view, bool> ids;
        for (const auto i : order) {
            const auto& event = log_.events[i];
            if (event.id.empty()) {
                const auto place = std::to_string(i + 1);
                if (!sink_.reject(0, 0,
                                  {"第 " + place + " 个事件没有编号",
                                   "event number " + place + " of the file has no id"}))
                    return;
                continue;
            }
            if (!ids.emplace(event.id, true).second) {
                const std::string id(event.id.substr(0, 60));
                if (!sink_.reject(0, 0,
                                  {"事件编号“" + id + "”出现了两次",
                                   "the event id \"" + id + "\" comes twice"}))
                    return;
                continue;
            }
            if (!give_event(event, times[i])) return;
        }
        columns_.tell(sink_, path_);
    }

private:
    // Events without a readable time come first; what reads their time will reject them.
    std::int64_t millis(std::string_view time) const {
        const auto read = iso_.read(time);
        if (!read) return std::numeric_limits<std::int64_t>::min();
        return read->local.millis - read->offset_seconds.value_or(0) * 1000LL;
    }

    bool give_event(const OcelEvent& event, std::int64_t at) {
        if (object_type_.empty()) return give_row(event, at, nullptr, {});
        for (const auto& relation : event.relations) {
            const auto found = objects_.find(relation.object);
            if (found == objects_.end()) {
                const std::string id(relation.object.substr(0, 60));
                const std::string name(event.id.substr(0, 60));
                if (!sink_.reject(0, 0,
                                  {"事件“" + name + "”指向的对象“" + id + "”不存在",
                                   "the event \"" + name + "\" names the object \"" + id +
                                       "\", which is not there"}))
                    return false;
            } else if (found->second->type == object_type_ &&
                       !give_row(event, at, found->second, relation.qualifier)) {
                return false;
            }
        }
        return true;
    }

    bool give_row(const OcelEvent& event, std::int64_t at, const OcelObject* object,
                  std::string_view qualifier) {
        std::ranges::fill(cells_, std::string_view());
        put("event:id", event.id);
        put("event:type", event.type);
        put("event:time", event.time);
        for (const auto& attribute : event.attributes) put(attribute.name, attribute.value);
        if (object != nullptr) {
            put("object:id", object->id);
            put("object:type", object->type);
            put("object:qualifier", qualifier);
            // Values are listed in the order of their times; the last that has begun holds.
            for (const auto& attribute : object->attributes)
                if (attribute.time.empty() || millis(attribute.time) <= at)
                    put(named("object:", attribute.name), attribute.value);
        }
        for (auto relation = event.relations.rbegin(); relation != event.relations.rend();
             ++relation)
            if (const auto found = objects_.find(relation->object); found != objects_.end())
                put(named("related:", found->second->type), found->second->id);
        return sink_.take({0, cells_, event.id});
    }

    std::string_view named(std::string_view prefix, std::string_view name) {
        name_.assign(prefix).append(name);
        return name_;
    }

    void put(std::string_view name, std::string_view value) {
        const auto slot = columns_.slot(name);
        if (slot != SeenColumns::kUnwanted) cells_[slot] = value;
    }

    OcelLog& log_;
    std::string_view object_type_;
    RowSink& sink_;
    SeenColumns columns_;
    std::vector<std::string_view> cells_;
    std::string_view path_;
    std::unordered_map<std::string_view, const OcelObject*> objects_;
    TimePattern iso_ = *TimePattern::parse("ISO");
    std::string name_;
};

}  // namespace

Error not_ocel(std::string_view path, Text why) {
    return {.code = "not-ocel",
            .what = {"这不是 OCEL 2.0 日志：" + why.zh, "this is no OCEL 2.0 log: " + why.en},
            .mend = {},
            .place = {.path = std::string(path)}};
}

Result<void> load_ocel_json(std::string_view text, std::string_view path, OcelLog& log) {
    const Json root = TRY(parse_json(text, log.memory, path));
    const Json* events = root.find("events");
    const Json* objects = root.find("objects");
    if (events == nullptr || !events->is_array() || objects == nullptr || !objects->is_array())
        return refuse(
            not_ocel(path, {"缺少 events 或 objects 列表", "it lacks the list events or objects"}));
    const auto attributes_of = [](const Json& from) {
        std::vector<OcelAttribute> all;
        if (const Json* list = from.find("attributes"))
            for (const Json& one : list->items)
                all.push_back({text_of(one.find("name")), text_of(one.find("time")),
                               text_of(one.find("value"))});
        return all;
    };
    for (const Json& from : objects->items)
        log.objects.push_back(
            {text_of(from.find("id")), text_of(from.find("type")), attributes_of(from)});
    for (const Json& from : events->items) {
        OcelEvent event{text_of(from.find("id")),
                        text_of(from.find("type")),
                        text_of(from.find("time")),
                        attributes_of(from),
                        {}};
        if (const Json* list = from.find("relationships"))
            for (const Json& one : list->items)
                event.relations.push_back(
                    {text_of(one.find("objectId")), text_of(one.find("qualifier"))});
        log.events.push_back(std::move(event));
    }
    return {};
}

Result<void> load_ocel_xml(std::string_view text, std::string_view path, OcelLog& log) {
    pugi::xml_document document;
    const auto parsed =
        document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_doctype);
    if (!parsed) {
        const std::string why = parsed.description();
        const auto before =
            text.substr(0, static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, parsed.offset)));
        Error error{.code = "bad-xml",
                    .what = {"XML 有错（" + why + "）", "the XML is broken (" + why + ")"},
                    .mend = {},
                    .place = {.path = std::string(path)}};
        error.place.line = static_cast<std::uint32_t>(1 + std::ranges::count(before, '\n'));
        return refuse(std::move(error));
    }
    for (const auto node : document.children())
        if (node.type() == pugi::node_doctype &&
            std::string_view(node.value()).find("<!ENTITY") != std::string_view::npos)
            return refuse(not_ocel(path, {"它声明了 XML 实体", "it declares XML entities"}));
    const auto root = document.child("log");
    if (!root.child("events") || !root.child("objects"))
        return refuse(not_ocel(path, {"缺少 events 或 objects", "it lacks events or objects"}));
    const auto keep = [&](const char* words) {
        return *words == '\0' ? std::string_view("", 0) : log.memory.copy(words);
    };
    const auto attributes_of = [&](const pugi::xml_node& from) {
        std::vector<OcelAttribute> all;
        for (const auto one : from.child("attributes").children("attribute"))
            all.push_back({keep(one.attribute("name").value()), keep(one.attribute("time").value()),
                           keep(one.child_value())});
        return all;
    };
    for (const auto from : root.child("objects").children("object"))
        log.objects.push_back({keep(from.attribute("id").value()),
                               keep(from.attribute("type").value()), attributes_of(from)});
    for (const auto from : root.child("events").children("event")) {
        OcelEvent event{keep(from.attribute("id").value()),
                        keep(from.attribute("type").value()),
                        keep(from.attribute("time").value()),
                        attributes_of(from),
                        {}};
        for (const auto list : {"objects", "relationships"})
            for (const auto one : from.child(list).children("relationship"))
                event.relations.push_back({keep(one.attribute("object-id").value()),
                                           keep(one.attribute("qualifier").value())});
        log.events.push_back(std::move(event));
    }
    return {};
}

Result<void> read_ocel(Input& input, std::string_view object_type, Columns wanted, RowSink& sink) {
    OcelLog log;
    while (input.text().size() < 16)
        if (!TRY(input.more())) break;
    Result<void> loaded;
    if (input.text().starts_with(std::string_view("SQLite format 3\0", 16))) {
        loaded = load_ocel_sqlite(input.path(), log);
    } else {
        const std::string text = TRY(read_whole(input, kTextBytesMax));
        const auto first = text.find_first_not_of("\xEF\xBB\xBF \t\r\n");
        const bool xml = first != std::string::npos && text[first] == '<';
        loaded =
            xml ? load_ocel_xml(text, input.path(), log) : load_ocel_json(text, input.path(), log);
    }
    if (!loaded) return loaded;
    OcelRows(log, object_type, wanted, sink, input.path()).give();
    return {};
}

}  // namespace yinuo::wire
