// What the API's document says, ready to hold answers against: operations, schemas, statuses.
import { load } from './server.mjs';

const Ajv = load('ajv/dist/2020').default;
const addFormats = load('ajv-formats').default;
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

export class Contract {
  constructor(document) {
    this.document = document;
    this.ajv = new Ajv({ strict: false, allErrors: false });
    addFormats(this.ajv);
    this.ajv.addFormat('binary', true);
    this.ajv.addSchema(closed(document), 'api');
    this.validators = new Map();
    this.operations = [];
    for (const [path, item] of Object.entries(document.paths)) {
      for (const method of METHODS.filter((one) => item[one])) {
        const parameters = [...(item.parameters ?? []), ...(item[method].parameters ?? [])];
        this.operations.push({
          ...item[method],
          id: item[method].operationId,
          method: method.toUpperCase(),
          path,
          parameters: parameters.map((one) => this.resolve(one)),
          content: this.resolve(item[method].requestBody)?.content,
          permission: item[method]['x-permission'],
          roles: item[method]['x-roles'],
        });
      }
    }
  }

  resolve(node) {
    while (node?.$ref)
      node = node.$ref.slice(2).split('/').reduce((at, word) => at[word.replaceAll('~1', '/').replaceAll('~0', '~')], this.document);
    return node;
  }

  // What is wrong with this answer; undefined when it is as documented.
  fault(operation, answer) {
    const { status } = answer;
    if (status === 304 && answer.body.length === 0) return undefined;
    const response = operation.responses[status];
    if (!response) return `status ${status}${answer.json?.code ? ` (${answer.json.code})` : ''} is not documented`;
    if (status >= 500 && status !== 503) return `status ${status}`;
    const { content } = this.resolve(response);
    if (status >= 400 && !content?.[answer.type]) return `status ${status} came as ${answer.type || 'nothing'}`;
    if (!content) return answer.body.length > 0 ? `status ${status} has a body, documented is none` : undefined;
    if (!content[answer.type]) return `content type ${answer.type || 'none'} is not documented for ${status}`;
    if (!/json$/.test(answer.type)) return undefined;
    if (answer.json === undefined) return `status ${status}: the body is no JSON`;
    const where = response.$ref ? response.$ref.slice(1) : pointer('paths', operation.path, operation.method.toLowerCase(), 'responses', String(status));
    return this.mismatch(`${where}${pointer('content', answer.type, 'schema')}`, answer);
  }

  mismatch(where, answer) {
    if (!this.validators.has(where)) this.validators.set(where, this.ajv.compile({ $ref: `api#${where}` }));
    const validate = this.validators.get(where);
    if (validate(answer.json)) {
      const { status } = answer.json ?? {};
      return answer.type === 'application/problem+json' && status !== answer.status
        ? `the problem's status is ${status}, the answer's is ${answer.status}` : undefined;
    }
    const [first] = validate.errors;
    const more = first.params.unevaluatedProperty ?? first.params.additionalProperty ?? '';
    return `status ${answer.status}, body ${first.instancePath || '/'} ${first.message} ${more}`;
  }
}

export const brief = (answer) => answer.text.slice(0, 200).replaceAll('\n', ' ');

const pointer = (...words) =>
  words.map((word) => '/' + encodeURIComponent(word.replaceAll('~', '~0').replaceAll('/', '~1'))).join('');

// The same document, but an object that lists its properties has no others: an answer that says
// more than is documented is found, too. What allOf puts together stays open.
function closed(document) {
  const copy = structuredClone(document);
  const parts = new Set();
  const walk = (node, look) => {
    if (node === null || typeof node !== 'object') return;
    look(node);
    for (const below of Object.values(node)) walk(below, look);
  };
  const at = (ref) => ref.slice(2).split('/').reduce((found, word) => found[word], copy);
  walk(copy, (node) => {
    for (const part of Array.isArray(node.allOf) ? node.allOf : []) parts.add(part.$ref ? at(part.$ref) : part);
  });
  walk(copy, (node) => {
    if (parts.has(node)) return;
    const lists = node.properties && node.type === 'object';
    if ((lists || Array.isArray(node.allOf)) && node.additionalProperties === undefined) node.unevaluatedProperties = false;
  });
  return copy;
}
