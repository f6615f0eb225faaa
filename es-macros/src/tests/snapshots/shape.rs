#[automatically_derived]
impl<T: ::es_core::Shape> ::es_core::Shape for Payment<T>
where
    T: Copy,
{
    fn form(__t: &mut ::es_core::shape::Types) -> ::es_core::shape::Form {
        use ::es_core::__private::shape as __s;
        __s::define::<
            Self,
        >(
            __s::path!("::Payment<{}>"[< T as __s::Shape > ::form(__t)]),
            "[Card{#[serde(rename='n')]type:T,digits:[u8;4],},Transfer(String,Option<Box<Self>>,),Cash,]",
            __t,
            |__t| __s::Definition::new(
                __s::Kind::Enum(__s::Enum {
                    tagging: __s::Tagging::External,
                    variants: ::std::vec![
                        __s::variant("Card", __s::object().field("type", < T as
                        __s::Shape > ::form(__t)).field("digits", < [u8; 4] as __s::Shape
                        > ::form(__t)).kind(), & []), __s::variant("Transfer",
                        __s::Kind::Tuple(::std::vec![< String as __s::Shape >
                        ::form(__t), < Option < Box < Self > > as __s::Shape >
                        ::form(__t)]), & []), __s::variant("Cash", __s::Kind::Unit, & [])
                    ],
                }),
            ),
        )
    }
}
