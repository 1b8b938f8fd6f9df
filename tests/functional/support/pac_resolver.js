// Runs a PAC script in QuickJS through pac-resolver, the way Node's pac-proxy-agent does.
//
// Reads {"script": text, "urls": [text]} from standard input; writes [[host, answer], ...], the host as Node's URL
// parser has it, which is what the script was given.
const { createPacResolver } = require("pac-resolver");
const { getQuickJS } = require("@tootallnate/quickjs-emscripten");

async function main() {
  const { script, urls } = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const resolve = createPacResolver(await getQuickJS(), script);
  const answers = [];
  for (const url of urls) answers.push([new URL(url).hostname, await resolve(url)]);
  console.log(JSON.stringify(answers));
}

main();
