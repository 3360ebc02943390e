/**
 * Links to places of this page. Its address names the room, and so must not change.
 * @module
 */

/**
 * From now on such a link goes there, and takes the focus along, without changing the address; what
 * it leads to is opened.
 */
export function keepAddress(): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
    const target = document.getElementById(link?.getAttribute("href")?.slice(1) ?? "");
    if (target === null) return;
    event.preventDefault();
    if (target.parentElement instanceof HTMLDetailsElement) target.parentElement.open = true;
    target.focus();
    target.scrollIntoView();
  });
}
