// Tables of many columns or rows (csm_lib/templates/table.html), each row of which is a card on a
// phone (cards.css). Cards are no longer set as a table, which would take its meaning away, so each
// part says what it is. Without this script they are tables that scroll in their boxes.
{
  const ROLES = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row",
    "thead th": "columnheader", "tbody th": "rowheader", td: "cell" };

  for (const box of document.querySelectorAll(".csm-cards")) {
    for (const [part, role] of Object.entries(ROLES))
      for (const found of box.querySelectorAll(part)) found.setAttribute("role", role);
    const names = [...box.querySelectorAll("thead th")].map((head) => head.textContent);
    for (const row of box.querySelectorAll("tbody tr"))
      [...row.cells].forEach((cell, at) => (cell.dataset.label = names[at]));
  }
}
