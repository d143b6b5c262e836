#include "wire/xes.h"

#include <expat.h>

#include <cstring>
#include <memory>
#include <optional>
#include <vector>

namespace yinuo::wire {
namespace {

constexpr int kDepthMax = 64;
constexpr std::uint64_t kTokenBytesMax = 8 << 20;
constexpr std::size_t kFeedBytes = 1 << 16;

enum class Stop { None, Entities, Depth, NotXes, Asked };

class XesReader {
public:
    XesReader(Input& input, bool transcoded, Columns wanted, RowSink& sink)
        : input_(input),
          sink_(sink),
          columns_(wanted),
          texts_(wanted.size()),
          cells_(wanted.size()),
          of_trace_(wanted.size()),
          parser_(XML_ParserCreate(transcoded ? "UTF-8" : nullptr), XML_ParserFree) {
        for (std::size_t i = 0; i < wanted.size(); ++i)
            of_trace_[i] = wanted[i].starts_with("case:");
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(
            parser_.get(),
            [](void* self, const XML_Char* name, const XML_Char** attributes) {
                static_cast<XesReader*>(self)->open(name, attributes);
            },
            [](void* self, const XML_Char* name) { static_cast<XesReader*>(self)->close(name); });
        XML_SetEntityDeclHandler(
            parser_.get(), [](void* self, const XML_Char*, int, const XML_Char*, int,
                              const XML_Char*, const XML_Char*, const XML_Char*, const XML_Char*) {
                static_cast<XesReader*>(self)->stop(Stop::Entities);
            });
    }

    Result<void> read() {
        std::uint64_t fed = 0;
        bool more = true;
        while (more) {
            if (input_.text().empty()) more = TRY(input_.more());
            // Small bites, so that a token that never ends is noticed before it is stored.
            const auto bite = input_.text().substr(0, kFeedBytes);
            const auto state =
                XML_Parse(parser_.get(), bite.data(), static_cast<int>(bite.size()), more ? 0 : 1);
            fed += bite.size();
            input_.consume(bite.size());
            if (stop_ == Stop::Asked) return {};
            if (state != XML_STATUS_OK) return refuse(why());
            const auto reached = XML_GetCurrentByteIndex(parser_.get());
            if (fed > kTokenBytesMax + static_cast<std::uint64_t>(reached < 0 ? 0 : reached))
                return refuse(
                    fault({"单个 XML 记号超过 8 MiB", "a single XML token is longer than 8 MiB"}));
        }
        columns_.tell(sink_, input_.path());
        return {};
    }

private:
    Error fault(Text what) const {
        return {.code = "bad-xes",
                .what = std::move(what),
                .mend = {},
                .place = {
                    .path = input_.path(),
                    .line = static_cast<std::uint32_t>(XML_GetCurrentLineNumber(parser_.get())),
                    .column =
                        static_cast<std::uint32_t>(XML_GetCurrentColumnNumber(parser_.get()) + 1)}};
    }

    Error why() const {
        switch (stop_) {
            case Stop::Entities:
                return fault(
                    {"不接受声明实体的 XML", "XML that declares entities is not accepted"});
            case Stop::Depth:
                return fault({"XML 嵌套超过 64 层", "this XML is nested more than 64 levels deep"});
            case Stop::NotXes:
                return fault(
                    {"这不是 XES：根元素应为 log", "this is no XES: its root element is not log"});
            case Stop::Asked:
            case Stop::None: break;
        }
        const std::string said = XML_ErrorString(XML_GetErrorCode(parser_.get()));
        return fault({"XML 有错（" + said + "）", "the XML is broken (" + said + ")"});
    }

    void stop(Stop reason) {
        if (stop_ != Stop::None) return;
        stop_ = reason;
        XML_StopParser(parser_.get(), XML_FALSE);
    }

    static std::string_view local_name(const char* name) {
        const char* colon = std::strchr(name, ':');
        return colon == nullptr ? name : colon + 1;
    }

    void open(const char* full_name, const char** attributes) {
        if (stop_ != Stop::None) return;
        ++depth_;
        const auto name = local_name(full_name);
        if (depth_ == 1 && name != "log") return stop(Stop::NotXes);
        if (depth_ > kDepthMax) return stop(Stop::Depth);
        if (depth_ == 2 && name == "trace") {
            trace_depth_ = 2;
            clear(true);
        } else if (name == "event" && event_depth_ == 0 &&
                   (depth_ == 2 || (depth_ == 3 && trace_depth_ != 0))) {
            event_depth_ = depth_;
            line_ = XML_GetCurrentLineNumber(parser_.get());
            clear(false);
        } else if (event_depth_ != 0 && depth_ == event_depth_ + 1) {
            attribute(attributes, false);
        } else if (event_depth_ == 0 && trace_depth_ != 0 && depth_ == 3) {
            attribute(attributes, true);
        }
    }

    void close(const char*) {
        if (stop_ != Stop::None) return;
        if (depth_ == event_depth_) {
            event_depth_ = 0;
            if (!sink_.take({line_, cells_})) stop(Stop::Asked);
        } else if (depth_ == trace_depth_) {
            trace_depth_ = 0;
            clear(true);
        }
        --depth_;
    }

    void clear(bool trace) {
        for (std::size_t i = 0; i < cells_.size(); ++i)
            if (of_trace_[i] == trace) cells_[i] = {};
    }

    void attribute(const char** attributes, bool trace) {
        const char* key = nullptr;
        const char* value = nullptr;
        for (; *attributes != nullptr; attributes += 2) {
            if (std::strcmp(attributes[0], "key") == 0) key = attributes[1];
            if (std::strcmp(attributes[0], "value") == 0) value = attributes[1];
        }
        if (key == nullptr || value == nullptr) return;
        name_.assign(trace ? "case:" : "").append(key);
        const auto slot = columns_.slot(name_);
        if (slot == SeenColumns::kUnwanted || of_trace_[slot] != trace) return;
        texts_[slot] = value;
        cells_[slot] = texts_[slot];
    }

    Input& input_;
    RowSink& sink_;
    SeenColumns columns_;
    std::vector<std::string> texts_;
    std::vector<std::string_view> cells_;
    std::vector<bool> of_trace_;  // by slot: an attribute of the trace
    std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser_;
    std::string name_;
    int depth_ = 0;
    int trace_depth_ = 0;  // 0: not within one
    int event_depth_ = 0;
    std::uint64_t line_ = 0;
    Stop stop_ = Stop::None;
};

}  // namespace

Result<void> read_xes(Input& input, bool transcoded, Columns wanted, RowSink& sink) {
    return XesReader(input, transcoded, wanted, sink).read();
}

}  // namespace yinuo::wire
