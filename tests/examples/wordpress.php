<?php
// WordPress's own hooks and escapes, without its database; what is asked of WooCommerce stands in.
define( 'ABSPATH', $argv[1] . '/' );
define( 'WPINC', 'wp-includes' );
foreach ( array( 'compat', 'plugin', 'formatting', 'kses', 'functions', 'load' ) as $part ) {
	require ABSPATH . "wp-includes/$part.php";
}
$given = json_decode( $argv[3], true );
$scripts = $blocks = $wp_registered_settings = array();
add_filter( 'pre_option', fn( $none, $name ) => 'blog_charset' === $name ? 'UTF-8' : ( $given['options'][ $name ] ?? '' ), 10, 2 );
function wp_cache_get() { return array( 'blog_charset' => 'UTF-8' ); }
function wp_enqueue_script( $name, $source ) { global $scripts; $scripts[] = $source; }
function register_block_type( $name, $block ) { global $blocks; $blocks[ $name ] = $block; }
function wc_get_product( $id ) { global $product; return $product; }
function get_the_ID() { return 7; }
class Product {
	public $sku;
	function get_sku() { return $this->sku; }
	function get_id() { return 7; }
}
$product = new Product();
$product->sku = $given['sku'];
require $argv[2];
ob_start();
do_action( 'woocommerce_after_single_product_summary' );
$row = ob_get_clean();
do_action( 'init' );
do_action( 'admin_init' );
$block = $blocks['look-alikes/row']['render_callback']();
$settings = array_map( fn( $it ) => $it['sanitize_callback'], get_registered_settings() );
echo json_encode( compact( 'row', 'block', 'scripts', 'settings' ) );
