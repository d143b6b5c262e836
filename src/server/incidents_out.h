// Incidents 群障 as the API tells them.
#pragma once

#include "engine/incidents.h"
#include "engine/incidents_cost.h"
#include "server/api.h"
#include "server/incident_board.h"

namespace yinuo::server {

void write_incident(JsonOut&, store::Reading&, const engine::Incident&);
void write_public(JsonOut&, const engine::Incident&, const IncidentBoard::Numbers&);
void write_figures(JsonOut&, store::Reading&, const engine::Incident&,
                   const engine::IncidentFigures&, const engine::IncidentCost&);

}  // namespace yinuo::server
