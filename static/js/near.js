/* "Near me": the phone measures and sorts by itself; its position goes nowhere. ES5. */
(function () {
  'use strict';
  var tab = document.getElementById('near'), list = document.getElementById('rows'), here;
  if (!list || !navigator.geolocation) { return; }

  function away(lat, lon) {
    var rad = Math.PI / 180, a;
    a = Math.pow(Math.sin((lat - here.latitude) * rad / 2), 2) +
      Math.cos(lat * rad) * Math.cos(here.latitude * rad) * Math.pow(Math.sin((lon - here.longitude) * rad / 2), 2);
    return 12742017.6 * Math.asin(Math.sqrt(a));
  }

  function say(metres) {
    return metres < 995 ? list.getAttribute('data-metres').replace('%s', Math.max(10, Math.round(metres / 10) * 10)) :
      list.getAttribute('data-km').replace('%s', (metres / 1000).toFixed(1));
  }

  function rows() { return Array.prototype.slice.call(list.children); }

  function awayOf(row) { return away(row.getAttribute('data-lat'), row.getAttribute('data-lon')); }

  function label() {
    if (here) { rows().forEach(function (row) { row.querySelector('.away').textContent = say(awayOf(row)); }); }
  }

  /* Asks the phone where it is, once a tap. `found` and `failed` get what the browser gives. */
  function ask(button, found, failed) {
    function end() { button.removeAttribute('aria-busy'); }
    if (button.getAttribute('aria-busy')) { return; }
    button.setAttribute('aria-busy', 'true');
    navigator.geolocation.getCurrentPosition(function (position) {
      here = position.coords;
      end();
      found(here);
    }, function (error) {
      end();
      failed(error);
    }, { timeout: 10000, maximumAge: 60000 });
  }

  function sort() {
    var on = tab.parentNode.querySelector('.on');
    rows().sort(function (one, other) { return awayOf(one) - awayOf(other); }).forEach(function (row) { list.appendChild(row); });
    label();
    if (on) { on.className = ''; on.removeAttribute('aria-current'); }
    tab.className = 'on';
    tab.setAttribute('aria-current', 'true');
  }

  /* Without a position: the page on which a place can be chosen by name. */
  function give() { location.href = tab.href; }

  if (tab) {
    tab.addEventListener('click', function (event) {
      event.preventDefault();
      ask(tab, sort, give);
    });
  }
  document.addEventListener('parts', label);
  window.near = { ask: ask, away: away, label: label, say: say };
}());
