// Roles that a person of a company may have, from the one that may most.
export const kRoles = ['owner', 'manager', 'agent', 'second_line', 'partner', 'auditor'] as const
