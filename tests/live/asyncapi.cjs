// Read {document, events} from standard input; print what the official parser says of the document,
// and for each [channel, message, event] whether the event is what the message's payload says.
const { Parser } = require("@asyncapi/parser");
const Ajv = require("ajv");
const formats = require("ajv-formats");

let text = "";
process.stdin.on("data", (part) => (text += part));
process.stdin.on("end", async () => {
  const { document, events } = JSON.parse(text);
  const { diagnostics } = await new Parser().parse(document);
  const problems = diagnostics
    .filter((found) => found.severity <= 1)
    .map((found) => `${found.severity} ${found.code} ${found.path.join("/")}: ${found.message}`);
  const ajv = new Ajv({ strict: false });
  formats(ajv);
  const fits = events.map(([channel, message, event]) => {
    const payload = JSON.parse(document).channels[channel].messages[message].payload;
    return ajv.validate(payload, event);
  });
  console.log(JSON.stringify({ problems, fits }));
});
