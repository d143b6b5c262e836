// One message to the outside world, and how it went.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "time/instant.h"

namespace yinuo::connect {

struct Header {
    std::string name;
    std::string value;
};

struct Delivery {
    std::string url;  // http or https
    std::string method = "POST";
    std::vector<Header> headers = {};
    std::string body = {};
    Millis timeout = seconds(20);  // for all of it: name, connection, handshake, answer
    std::string ca_file = {};      // PEM; empty: the certificates the system trusts
    bool keeps_answer = false;     // Outcome::answer is wanted
};

// Why there is no whole answer.
enum class Fault : std::uint8_t {
    None,
    Unsendable,  // the delivery itself is wrong: its address, its method or a line break in a header
    Forbidden,   // the name leads to a private, loopback or otherwise special address
    Unresolved,  // no such name, or no answer about it
    Refused,     // no connection
    TimedOut,
    Tls,      // no handshake, or a certificate that we don't trust
    Broken,   // the connection ended in the middle, or what came was no HTTP
    TooLong,  // the answer was longer than Courier::kAnswerMax
    Stopped,  // we were shut down before it was over; it may have arrived
};

struct Outcome {
    Fault fault = Fault::None;
    int status = 0;                          // of the answer, 0 if there was none
    std::optional<Millis> retry_after = {};  // as the receiver asked, not yet bounded
    std::string excerpt = {};                // the beginning of the answer's body
    std::string answer =
        {};  // all of it, if Delivery::keeps_answer; may echo secrets: never log it

    // A receiver that said 2xx has it, even if the rest of the answer got lost.
    bool delivered() const { return status >= 200 && status < 300; }
};

}  // namespace yinuo::connect
