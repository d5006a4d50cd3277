// Every script of the site must be ES5: old WebViews stop at the first word they do not know.
// Usage: node tests/check_scripts.js FILE…
var acorn = require('./node_modules/acorn');
var fs = require('fs');
var bad = 0;
process.argv.slice(2).forEach(function (file) {
  try {
    acorn.parse(fs.readFileSync(file, 'utf8'), { ecmaVersion: 5, sourceType: 'script' });
  } catch (error) {
    bad += 1;
    console.log(file + ': ' + error.message);
  }
});
console.log(process.argv.length - 2 + ' scripts read, ' + bad + ' of them not ES5');
process.exit(bad ? 1 : 0);
