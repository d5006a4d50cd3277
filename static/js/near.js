/* "Near me": the phone measures and sorts by itself; its position goes nowhere. ES5. */
(function () {
  'use strict';
  var tab = document.getElementById('near'), list = document.getElementById('rows'), here;
  if (!tab || !list || !navigator.geolocation) { return; }

  function away(row) {
    var rad = Math.PI / 180, lat = row.getAttribute('data-lat') * rad, lon = row.getAttribute('data-lon') * rad;
    var a = Math.pow(Math.sin((lat - here.lat) / 2), 2) +
      Math.cos(lat) * Math.cos(here.lat) * Math.pow(Math.sin((lon - here.lon) / 2), 2);
    return 12742000 * Math.asin(Math.sqrt(a));
  }

  function say(metres) {
    return metres < 995 ? list.getAttribute('data-metres').replace('%s', Math.max(10, Math.round(metres / 10) * 10)) :
      list.getAttribute('data-km').replace('%s', (metres / 1000).toFixed(1));
  }

  function rows() { return Array.prototype.slice.call(list.children); }

  function label() {
    if (here) { rows().forEach(function (row) { row.querySelector('.away').textContent = say(away(row)); }); }
  }

  function sort(position) {
    var rad = Math.PI / 180, on = tab.parentNode.querySelector('.on');
    here = { lat: position.coords.latitude * rad, lon: position.coords.longitude * rad };
    rows().sort(function (one, other) { return away(one) - away(other); }).forEach(function (row) { list.appendChild(row); });
    label();
    if (on) { on.className = ''; on.removeAttribute('aria-current'); }
    tab.className = 'on';
    tab.setAttribute('aria-current', 'true');
    tab.removeAttribute('aria-busy');
  }

  /* Without a position: the page on which a place can be chosen by name. */
  function give() { location.href = tab.href; }

  tab.addEventListener('click', function (event) {
    event.preventDefault();
    tab.setAttribute('aria-busy', 'true');
    navigator.geolocation.getCurrentPosition(sort, give, { timeout: 10000, maximumAge: 60000 });
  });
  document.addEventListener('parts', label);
}());
