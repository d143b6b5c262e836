// A publication's text, read against its own calendars and nothing else.
#include "engine/shelf.h"
#include "promise/scope.h"
#include "wire/promise_yaml.h"

namespace yinuo::engine {
namespace {

class Enclosed final : public wire::ScheduleFiles {
public:
    explicit Enclosed(const std::map<std::string, std::string>& calendars)
        : calendars_(calendars) {}

    std::optional<std::string> text(std::string_view name) const override {
        const auto found = calendars_.find(std::string(name));
        if (found == calendars_.end()) return std::nullopt;
        return found->second;
    }

private:
    const std::map<std::string, std::string>& calendars_;
};

}  // namespace

PublicationReading read_publication(const Publication& publication, Names& names, Zones& zones) {
    const Enclosed calendars(publication.calendars);
    auto reading = wire::read_promises(publication.text, {},
                                       {names, zones, promise::host_functions(), &calendars});
    return {std::move(reading.promises), std::move(reading.findings)};
}

}  // namespace yinuo::engine
