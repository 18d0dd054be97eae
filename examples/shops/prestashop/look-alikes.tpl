{* A row of look-alikes below a product of PrestaShop 1.7 or 8. The id is the product's reference,
   else its number; another one needs another line here. *}
{if isset($product.id_product)}
  {assign var="look_alikes_item" value=$product.reference|default:$product.id_product}
  <look-alikes data-item="{$look_alikes_item|escape:'html':'UTF-8'}" data-server="https://lookalike.example" data-layout="grid"></look-alikes>
  <script src="https://lookalike.example/widget.js" async></script>
{/if}
