/* The page of what is near: asks the phone, fetches the index of all stops and car parks (the same for everyone), shows the
   nearest. How the index is written: citizen_app/places/near_index.py. ES5. */
(function () {
  'use strict';
  var near = window.near, root = document.getElementById('around'), button = document.getElementById('locate');
  var said = document.getElementById('said'), stops = document.getElementById('stops'), parks = document.getElementById('rows');
  var index;
  if (!near || !root || !window.XMLHttpRequest || !window.JSON) { return; }

  function word(name) { return root.getAttribute('data-' + name); }

  function tell(text) { said.textContent = text; }

  function fail(text) {
    tell(text);
    said.focus();
  }

  /* Numbers that stand as differences to the one before. */
  function sums(steps) {
    var sum = 0;
    return steps.map(function (step) { sum += step; return sum; });
  }

  /* 0 is the next of the list, another number how many back from the newest. */
  function unshare(list, marks) {
    var taken = 0;
    return marks.map(function (mark) {
      if (!mark) { taken++; }
      return list[taken - (mark || 1)];
    });
  }

  function nearest(columns, most) {
    var lat = sums(columns.lat), lon = sums(columns.lon);
    return columns.code.map(function (code, i) {
      return { i: i, code: code, lat: lat[i] / 1e5, lon: lon[i] / 1e5, away: near.away(lat[i] / 1e5, lon[i] / 1e5) };
    }).sort(function (one, other) { return one.away - other.away || one.i - other.i; }).slice(0, most);
  }

  function add(place, kind, name, text) {
    var one = document.createElement(kind);
    one.className = name;
    if (text) { one.textContent = text; }
    place.appendChild(one);
    return one;
  }

  function link(list, address, code, name) {
    var row = document.createElement('li'), body, a = add(row, 'a', 'row');
    a.href = word(address).replace('-code-', encodeURIComponent(code));
    body = add(a, 'span', 'bd');
    add(body, 'span', 'nm', name);
    list.appendChild(row);
    return { row: row, a: a, body: body };
  }

  function clear(list, none, found) {
    while (list.firstChild) { list.removeChild(list.firstChild); }
    document.getElementById(none).hidden = found.length > 0;
  }

  function showStops() {
    var all = index.stops, found = nearest(all, +word('stops'));
    var names = unshare(index.names, all.name), sets = unshare(index.sets, all.set), towns = sums(all.town);
    clear(stops, 'no-stops', found);
    found.forEach(function (stop) {
      var one = link(stops, 'stop', stop.code, names[stop.i]), right = add(one.a, 'span', 'rt'), lines, set = sets[stop.i];
      if (index.towns[towns[stop.i]]) { add(one.body, 'span', 'st mu sm town', index.towns[towns[stop.i]]); }
      lines = add(one.body, 'span', 'st lns');
      set.slice(0, 6).forEach(function (line) { add(lines, 'b', 'bdg s', index.lines[line]); });
      if (set.length > 6) { add(lines, 'span', 'nw sm more-lines', word('lines').replace('%s', set.length - 6)); }
      add(right, 'b', 'far', near.say(stop.away));
      add(right, 'span', 'sm foot', stop.away > +word('farthest') ? '' :
        word('foot').replace('%s', Math.max(1, Math.ceil(stop.away / word('pace')))));
    });
  }

  /* Rows with name and distance; refresh.js then puts the rows with the counts in their places. */
  function showParks() {
    var all = index.parking, found = nearest(all, +word('parks'));
    clear(parks, 'no-parks', found);
    found.forEach(function (park) {
      var one = link(parks, 'parking', park.code, all.name[park.i]);
      one.row.id = 'f-' + park.code;
      one.row.setAttribute('data-part', '');
      one.row.setAttribute('data-lat', park.lat);
      one.row.setAttribute('data-lon', park.lon);
      add(add(one.body, 'span', 'st'), 'span', 'away', near.say(park.away));
    });
  }

  function show(coords) {
    var event = document.createEvent('Event');
    root.hidden = false;
    root.setAttribute('data-refresh', word('all'));
    document.querySelector('h1').textContent = word('heading');
    showStops();
    showParks();
    tell(coords.accuracy > +word('vague') ? word('blurred').replace('%s', near.say(coords.accuracy)) : word('done'));
    event.initEvent('rows', false, false);
    document.dispatchEvent(event);
  }

  function isOutside(coords) {
    var box = word('box').split(',');
    return box.length === 4 && (coords.latitude < +box[0] || coords.longitude < +box[1] ||
      coords.latitude > +box[2] || coords.longitude > +box[3]);
  }

  /* The index is fetched whole, whatever the position; the browser keeps it. */
  function found(coords) {
    var request = new XMLHttpRequest();
    if (isOutside(coords)) { fail(word('outside')); return; }
    if (index) { show(coords); return; }
    request.open('GET', word('index'), true);
    request.timeout = 20000;
    request.onload = function () {
      try { index = request.status === 200 && JSON.parse(request.responseText); } catch (error) { index = null; }
      if (index && index.stops) { show(coords); } else { fail(word('broken')); }
    };
    request.onerror = request.ontimeout = function () { fail(word('broken')); };
    request.send();
  }

  document.getElementById('ask').hidden = false;
  button.addEventListener('click', function () {
    tell(word('wait'));
    near.ask(button, found, function (error) { fail(word(error.code === 1 ? 'refused' : 'late')); });
  });
}());
