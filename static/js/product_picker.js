/* Where the admin lets one choose a product, its picture stands beside its words. */
{
  const $ = django.jQuery;

  const shown = ({ text, thumbnail, element }) => {
    const src = thumbnail || element?.dataset.thumbnail;
    if (!src) return text;
    const picture = $("<img>", { src, width: 40, height: 40, alt: "" });
    return $("<span>", { class: "picked" }).append(picture, $("<span>").text(text));
  };

  $.fn.select2.defaults.set("templateResult", shown);
  $.fn.select2.defaults.set("templateSelection", shown);
}
