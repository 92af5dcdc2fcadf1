// Run the Slack emulator on the loopback only; it would listen on every address by itself.
import net from "node:net";

const [folder, port] = process.argv.slice(2);
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (wanted, ...rest) {
  const heard = rest.filter((part) => typeof part === "function");
  return listen.call(this, { port: wanted, host: "127.0.0.1" }, ...heard);
};
const { createEmulator } = await import(`${folder}/node_modules/emulate/dist/api.js`);
await createEmulator({
  service: "slack",
  port: Number(port),
  seed: {
    tokens: { "xoxb-test": { login: "erosion", scopes: ["chat:write", "channels:history"] } },
    slack: { team: { name: "Aurora" }, channels: [{ name: "td-north" }] },
  },
});
console.log("ready");
